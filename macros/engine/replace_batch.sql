{# The incremental strategy `replace_batch`: the new rows of a batch take the place of those that an earlier attempt left,
   for the batch in progress also where it has none any more. dbt finds it by its name. #}
{% macro get_incremental_replace_batch_sql(arguments) -%}
    {{ return(adapter.dispatch('replace_batch', 'lakegraph')(arguments)) }}
{%- endmacro %}

{% macro default__replace_batch(arguments) %}{{ unknown_engine('replace_batch') }}{% endmacro %}

{% macro duckdb__replace_batch(arguments) %}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}

    delete from {{ arguments['target_relation'] }}
    where _batch_id in (
        select batch_id from {{ relation_of('model', 'batch_in_progress') }}
        union
        select _batch_id from {{ arguments['temp_relation'] }}
    );

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }};
{% endmacro %}
