{# The tables in which dbt's unit tests find out about types take no configuration of the model. dbt-athena makes them Hive's, which
   hold no microseconds; every table that dbt makes here is Iceberg's. #}
{% macro resolve_table_type() %}
    {% if model.resource_type == 'unit_test' %}{{ return('iceberg') }}{% endif %}
    {{ return(dbt.resolve_table_type()) }}
{% endmacro %}
