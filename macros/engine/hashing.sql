{# The MD5 of a text, as 32 hexadecimal digits in lower case. #}
{% macro md5_hex(expression) -%}
    {{ return(adapter.dispatch('md5_hex', 'lakegraph')(expression)) }}
{%- endmacro %}

{% macro default__md5_hex(expression) %}{{ unknown_engine('md5_hex') }}{% endmacro %}
{% macro duckdb__md5_hex(expression) %}{{ return("md5(" ~ expression ~ ")") }}{% endmacro %}
{% macro databricks__md5_hex(expression) %}{{ return("md5(" ~ expression ~ ")") }}{% endmacro %}
{% macro athena__md5_hex(expression) %}{{ return("lower(to_hex(md5(to_utf8(" ~ expression ~ "))))") }}{% endmacro %}


{# A timestamp as text, the same on every engine: engines print fractions of a second differently. #}
{% macro timestamp_text(expression) -%}
    {{ return(adapter.dispatch('timestamp_text', 'lakegraph')(expression)) }}
{%- endmacro %}

{% macro default__timestamp_text(expression) %}{{ unknown_engine('timestamp_text') }}{% endmacro %}
{% macro duckdb__timestamp_text(expression) %}
    {{ return("strftime(" ~ expression ~ ", '%Y-%m-%d %H:%M:%S.%f')") }}
{% endmacro %}
{% macro databricks__timestamp_text(expression) %}
    {{ return("date_format(" ~ expression ~ ", 'yyyy-MM-dd HH:mm:ss.SSSSSS')") }}
{% endmacro %}
{# date_format would cut the fraction off after milliseconds #}
{% macro athena__timestamp_text(expression) %}
    {{ return("cast(cast(" ~ expression ~ " as timestamp(6)) as varchar)") }}
{% endmacro %}
