{# The day of the week of a date, 1 for Monday to 7 for Sunday: engines alone begin with Sunday, or with 0. #}
{% macro iso_weekday(expression) -%}
    {{ return(adapter.dispatch('iso_weekday', 'lakegraph')(expression)) }}
{%- endmacro %}

{% macro default__iso_weekday(expression) %}{{ unknown_engine('iso_weekday') }}{% endmacro %}
{% macro duckdb__iso_weekday(expression) %}{{ return("isodow(" ~ expression ~ ")") }}{% endmacro %}
{% macro databricks__iso_weekday(expression) %}{{ return("weekday(" ~ expression ~ ") + 1") }}{% endmacro %}
{% macro athena__iso_weekday(expression) %}{{ return("day_of_week(" ~ expression ~ ")") }}{% endmacro %}
