{# The engine's name of a type as vars.yml writes it. #}
{% macro sql_type(declared) -%}
    {% set types = adapter.dispatch('sql_types', 'lakegraph')() %}
    {% if declared not in types %}
        {{ exceptions.raise_compiler_error(
            "vars.yml knows no type '" ~ declared ~ "'. Use one of " ~ types.keys() | join(', ') ~ "."
        ) }}
    {% endif %}
    {{- return(types[declared]) -}}
{%- endmacro %}

{% macro default__sql_types() %}{{ unknown_engine('sql_types') }}{% endmacro %}

{% macro duckdb__sql_types() %}
    {{ return({
        'string': 'varchar', 'integer': 'bigint', 'decimal': 'decimal(18,4)', 'double': 'double',
        'boolean': 'boolean', 'date': 'date', 'timestamp': 'timestamp',
    }) }}
{% endmacro %}

{% macro databricks__sql_types() %}
    {{ return({
        'string': 'string', 'integer': 'bigint', 'decimal': 'decimal(18,4)', 'double': 'double',
        'boolean': 'boolean', 'date': 'date', 'timestamp': 'timestamp_ntz',
    }) }}
{% endmacro %}

{% macro athena__sql_types() %}
    {{ return({
        'string': 'varchar', 'integer': 'bigint', 'decimal': 'decimal(18,4)', 'double': 'double',
        'boolean': 'boolean', 'date': 'date', 'timestamp': 'timestamp(6)',
    }) }}
{% endmacro %}
