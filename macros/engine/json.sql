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
        {%- do parts.append("'\"" ~ name ~ "\":' || coalesce(json_format(cast(" ~ expression ~ " as json)), 'null')") -%}
    {%- endfor -%}
    {{ return("'{' || array_join(array[" ~ parts | join(', ') ~ "], ',') || '}'") }}
{% endmacro %}
