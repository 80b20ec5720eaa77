{# Takes a snapshot back to what it held at a time, or to nothing: versions since then go, and those that they ended are
   open again. #}
{% macro take_history_back(history, time) -%}
    {%- set is_later = "> cast('" ~ time ~ "' as " ~ sql_type('timestamp') ~ ")" if time else "is not null" -%}
    {{ return(adapter.dispatch('take_history_back', 'lakegraph')(history, is_later)) }}
{%- endmacro %}

{% macro default__take_history_back(history, is_later) %}{{ unknown_engine('take_history_back') }}{% endmacro %}

{% macro duckdb__take_history_back(history, is_later) -%}
    delete from {{ history }} where dbt_valid_from {{ is_later }};
    update {{ history }} set dbt_valid_to = null where dbt_valid_to {{ is_later }};
{%- endmacro %}

{# A hook is one statement there, and a transaction one statement. #}
{% macro databricks__take_history_back(history, is_later) -%}
    {{- merge_history_back(history, is_later) -}}
{%- endmacro %}

{% macro athena__take_history_back(history, is_later) -%}
    {{- merge_history_back(history, is_later) -}}
{%- endmacro %}

{% macro merge_history_back(history, is_later) -%}
    merge into {{ history }} as history
    using (select 1 as nothing) as nothing
    on history.dbt_valid_from {{ is_later }} or history.dbt_valid_to {{ is_later }}
    when matched and history.dbt_valid_from {{ is_later }} then delete
    when matched then update set dbt_valid_to = null
{%- endmacro %}
