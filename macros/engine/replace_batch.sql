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


{# One statement, so that no reader sees a batch without its rows; Delta takes no subquery there, hence the ids by name. #}
{% macro databricks__replace_batch(arguments) %}
    {%- set ids = run_query(
        "select batch_id from " ~ relation_of('model', 'batch_in_progress')
        ~ " union select _batch_id from " ~ arguments['temp_relation']
    ).columns[0].values() -%}
    {%- set literals = [] -%}
    {%- for id in ids -%}{%- do literals.append(text_literal(id)) -%}{%- endfor -%}
    {%- set columns = adapter.get_columns_in_relation(arguments['target_relation']) | map(attribute='quoted') | join(', ') -%}

    insert into {{ arguments['target_relation'] }}
    replace where _batch_id in ({{ literals | join(', ') or 'null' }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{% endmacro %}
