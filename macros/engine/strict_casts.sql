{# Casts that give null for every text that is not wholly of the type; engines alone would round 3.7 to 4. All take a
   text without white space at its ends. #}

{% macro strict_cast(expression, type) -%}
    {%- if type == 'string' -%}{{ return(expression) }}
    {%- elif type == 'integer' -%}{{ return(strict_integer(expression)) }}
    {%- elif type == 'decimal' -%}{{ return(strict_decimal(expression)) }}
    {%- elif type == 'boolean' -%}{{ return(strict_boolean(expression)) }}
    {%- elif type == 'date' -%}{{ return(strict_date(expression)) }}
    {%- elif type == 'timestamp' -%}{{ return(strict_timestamp(expression)) }}
    {%- endif -%}
    {{ exceptions.raise_compiler_error("No strict cast to the type '" ~ type ~ "'.") }}
{%- endmacro %}


{# 64-bit integers; a fraction of nothing but zeros is read over. #}
{% macro strict_integer(expression) -%}
    case when {{ matches(expression, '[+-]?[0-9]+([.]0+)?') }}
        then try_cast(split_part({{ expression }}, '.', 1) as {{ sql_type('integer') }})
    end
{%- endmacro %}


{# Plain or exponent notation; null beyond 14 digits before the point. Rounded to 4 decimals. #}
{% macro strict_decimal(expression) -%}
    case when {{ matches(expression, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') }}
        then try_cast({{ expression }} as {{ sql_type('decimal') }})
    end
{%- endmacro %}


{# In English, German and French. #}
{% macro strict_boolean(expression) -%}
    case
        when lower({{ expression }}) in ('true', 't', 'yes', 'y', '1', 'wahr', 'ja', 'vrai', 'oui') then true
        when lower({{ expression }}) in ('false', 'f', 'no', 'n', '0', 'falsch', 'nein', 'faux', 'non') then false
    end
{%- endmacro %}


{# Regular expressions of what ISO 8601 allows: there is no year 0, no hour 24 and no zone beyond 14 hours. #}
{% macro date_pattern() -%}
    {{ return('([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-[0-9]{2}-[0-9]{2}') }}
{%- endmacro %}

{% macro time_pattern() -%}
    {{ return('([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?') }}
{%- endmacro %}

{% macro zone_pattern() -%}
    {{ return('(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)') }}
{%- endmacro %}


{# The calendar date as it is written, from an ISO date or an ISO timestamp; its moment may lie beyond the years that are read
   as a timestamp. #}
{% macro strict_date(expression) -%}
    {%- set time = '([T ]' ~ time_pattern() ~ zone_pattern() ~ '?)?' -%}
    case when {{ matches(expression, date_pattern() ~ time) }}
        then try_cast(substr({{ expression }}, 1, 10) as date)
    end
{%- endmacro %}


{# UTC; a text with a zone is converted, one without is taken as UTC. #}
{% macro strict_timestamp(expression) -%}
    {%- set date_and_time = date_pattern() ~ '[T ]' ~ time_pattern() -%}
    case
        when {{ matches(expression, date_pattern()) }}
            or {{ matches(expression, date_and_time) }}
            then {{ cast_plain_timestamp(expression) }}
        when {{ matches(expression, date_and_time ~ zone_pattern()) }}
            then {{ within_years(cast_zoned_timestamp(expression)) }}
    end
{%- endmacro %}


{# Null for a moment that its zone moves out of the years 1 to 9999: engines hold it, those who read from them do not. #}
{% macro within_years(moment) -%}
    {{ return('case when extract(year from ' ~ moment ~ ') between 1 and 9999 then ' ~ moment ~ ' end') }}
{%- endmacro %}


{% macro cast_plain_timestamp(expression) -%}
    {{ return(adapter.dispatch('cast_plain_timestamp', 'lakegraph')(expression)) }}
{%- endmacro %}

{% macro default__cast_plain_timestamp(expression) %}{{ unknown_engine('cast_plain_timestamp') }}{% endmacro %}
{% macro duckdb__cast_plain_timestamp(expression) %}
    {{ return("try_cast(" ~ expression ~ " as timestamp)") }}
{% endmacro %}
{% macro databricks__cast_plain_timestamp(expression) %}
    {{ return("try_cast(" ~ expression ~ " as timestamp_ntz)") }}
{% endmacro %}
{# cut off after the microseconds, which a cast would round #}
{% macro athena__cast_plain_timestamp(expression) %}
    {{ return("try_cast(substr(replace(" ~ expression ~ ", 'T', ' '), 1, 26) as timestamp(6))") }}
{% endmacro %}


{% macro cast_zoned_timestamp(expression) -%}
    {{ return(adapter.dispatch('cast_zoned_timestamp', 'lakegraph')(expression)) }}
{%- endmacro %}

{% macro default__cast_zoned_timestamp(expression) %}{{ unknown_engine('cast_zoned_timestamp') }}{% endmacro %}
{% macro duckdb__cast_zoned_timestamp(expression) %}
    {{ return("try_cast(" ~ expression ~ " as timestamptz) at time zone 'UTC'") }}
{% endmacro %}
{# a zone follows seconds there, and has a colon before its minutes #}
{% macro databricks__cast_zoned_timestamp(expression) %}
    {%- set with_seconds = replace_all(expression, '([T ][0-9]{2}:[0-9]{2})(Z|[+-].*)$', '$1:00$2') -%}
    {%- set text = replace_all(with_seconds, '([+-][0-9]{2})([0-9]{2})$', '$1:$2') -%}
    {{ return("convert_timezone(current_timezone(), 'UTC', cast(try_cast(" ~ text ~ " as timestamp) as timestamp_ntz))") }}
{% endmacro %}
{# the fraction goes past the conversion, which keeps no more than milliseconds #}
{% macro athena__cast_zoned_timestamp(expression) %}
    {%- set whole = "from_iso8601_timestamp(regexp_replace(replace(" ~ expression ~ ", ' ', 'T'), '[.][0-9]+', ''))" -%}
    {%- set fraction = "coalesce(substr(regexp_extract(" ~ expression ~ ", '[.][0-9]+'), 1, 7), '')" -%}
    {{ return(
        "try(cast(date_format(" ~ whole ~ " at time zone 'UTC', '%Y-%m-%d %H:%i:%s') || " ~ fraction
        ~ " as timestamp(6)))"
    ) }}
{% endmacro %}
