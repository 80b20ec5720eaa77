{# The tables in which dbt's unit tests find out about types take no configuration of the model. dbt-athena makes them Hive's, which
   hold no microseconds; every table that dbt makes here is Iceberg's, which hold nothing else. #}
{% macro resolve_table_type() %}
    {% if model.resource_type == 'unit_test' %}{{ return('iceberg') }}{% endif %}
    {{ return(dbt.resolve_table_type()) }}
{% endmacro %}

{# Casts the values of unit tests alone: to Athena's SQL a timestamp without a precision has milliseconds. #}
{% macro athena__safe_cast(field, type) %}
    {{ return(dbt.athena__safe_cast(field, 'timestamp(6)' if type == 'timestamp' else type)) }}
{% endmacro %}
