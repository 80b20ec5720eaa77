{# The incremental strategy `replace_batch`: the rows of the batch in progress take the place of those that an earlier
   attempt left, also where the batch has none any more. dbt finds it by its name. #}
{% macro get_incremental_replace_batch_sql(arguments) -%}
    {{ return(adapter.dispatch('replace_batch', 'lakegraph')(arguments)) }}
{%- endmacro %}

{% macro default__replace_batch(arguments) %}{{ unknown_engine('replace_batch') }}{% endmacro %}

{% macro duckdb__replace_batch(arguments) %}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}

    delete from {{ arguments['target_relation'] }}
    where _batch_id in (select batch_id from {{ ref('batch_in_progress') }});

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }};
{% endmacro %}
