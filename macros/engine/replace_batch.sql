{# The incremental strategy `replace_batch`: the new rows of a batch take the place of those that an earlier attempt left, also
   where it has none any more. dbt finds it by its name. #}
{% macro get_incremental_replace_batch_sql(arguments) -%}
    {{ return(adapter.dispatch('replace_batch', 'lakegraph')(arguments)) }}
{%- endmacro %}

{# The batches whose rows a model gives anew: those that are open where it judges records, else the one in progress. Asking
   its new rows would work them all out once more where they are a view. #}
{% macro replaced_batches() -%}
    {%- if 'model.lakegraph.batches_to_judge' in model.depends_on.nodes -%}
        select batch_id from {{ relation_of('model', 'batches_to_judge') }} where is_open
    {%- else -%}
        select batch_id from {{ relation_of('model', 'batch_in_progress') }}
    {%- endif -%}
{%- endmacro %}

{% macro default__replace_batch(arguments) %}{{ unknown_engine('replace_batch') }}{% endmacro %}

{% macro duckdb__replace_batch(arguments) %}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}

    delete from {{ arguments['target_relation'] }}
    where _batch_id in ({{ replaced_batches() }});

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }};
{% endmacro %}


{# One statement, so that no reader sees a batch without its rows; Delta takes no subquery there, hence the ids by name. #}
{% macro databricks__replace_batch(arguments) %}
    {%- set ids = run_query(replaced_batches()).columns[0].values() -%}
    {%- set literals = [] -%}
    {%- for id in ids -%}{%- do literals.append(text_literal(id)) -%}{%- endfor -%}
    {%- set columns = adapter.get_columns_in_relation(arguments['target_relation']) | map(attribute='quoted') | join(', ') -%}

    insert into {{ arguments['target_relation'] }}
    replace where _batch_id in ({{ literals | join(', ') or 'null' }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{% endmacro %}
