{# A model's own schema is taken as it is written, on every target: silver is `silver`, not `<target schema>_silver`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
