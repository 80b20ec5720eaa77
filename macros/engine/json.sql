{# A JSON object as text; `members` maps each member's name to the expression of its text. #}
{% macro json_object_text(members) -%}
    {{ return(adapter.dispatch('json_object_text', 'lakegraph')(members)) }}
{%- endmacro %}

{% macro default__json_object_text(members) %}{{ unknown_engine('json_object_text') }}{% endmacro %}

{% macro duckdb__json_object_text(members) %}
    {%- set parts = [] -%}
    {%- for name, expression in members.items() %}{% do parts.append("'" ~ name ~ "', " ~ expression) %}{% endfor -%}
    {{ return("cast(json_object(" ~ parts | join(', ') ~ ") as varchar)") }}
{% endmacro %}

{% macro databricks__json_object_text(members) %}
    {%- set parts = [] -%}
    {%- for name, expression in members.items() %}{% do parts.append("'" ~ name ~ "', " ~ expression) %}{% endfor -%}
    {{ return("to_json(named_struct(" ~ parts | join(', ') ~ "), map('ignoreNullFields', 'false'))") }}
{% endmacro %}

{# piece by piece: a map would come out in the order of its keys #}
{% macro athena__json_object_text(members) %}
    {%- set parts = [] -%}
    {%- for name, expression in members.items() -%}
        {%- do parts.append("'\"" ~ name ~ "\":' || coalesce(" ~ athena_json_string(expression) ~ ", 'null')") -%}
    {%- endfor -%}
    {%- set groups = [] -%}
    {#- an array has 254 members at most -#}
    {%- for group in parts | batch(100) -%}
        {%- do groups.append("array_join(array[" ~ group | join(', ') ~ "], ',')") -%}
    {%- endfor -%}
    {{ return("'{' || " ~ groups | join(" || ',' || ") ~ " || '}'") }}
{% endmacro %}

{# Athena writes a character beyond U+FFFF as two escapes, which others leave as it is. A backslash of the text itself, which
   comes as two, is stepped over. #}
{% macro athena_json_string(expression) -%}
    regexp_replace(
        json_format(cast({{ expression }} as json)),
        '\\\\|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})',
        units -> if(
            units[1] is null,
            '\\',
            chr((from_base(units[1], 16) - 55296) * 1024 + from_base(units[2], 16) - 56320 + 65536)
        )
    )
{%- endmacro %}
