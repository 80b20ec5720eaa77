{# A batch that comes late has its place before batches that were applied already. Their part of the history is undone,
   and they wait again: they are applied once more after it, in order. What says that they were applied goes last, so
   that an interrupted undoing is done again. #}
{% macro make_room_for(batch) %}
    {% set applied = source('ops', 'applied_batches') %}
    {% set later %}
        select batches.batch_id
        from {{ relation_of('model', 'visible_batches') }} as batches
        inner join {{ applied }} as applied
            on batches.batch_id = applied.batch_id
        where batches.batch_number > {{ batch['batch_number'] }}
    {% endset %}
    {% set again = run_query(later) | length %}
    {% set own = run_query(
        "select 1 from " ~ applied ~ " where batch_id = " ~ text_literal(batch['_batch_id'])
    ) | length %}
    {% if again and not own %}
        {% do log(
            "Batch " ~ batch['_batch_id'] ~ " is late: " ~ again ~ " later ones will be applied again after it.", info=True
        ) %}
        {% for node in graph.nodes.values() if node.package_name == 'lakegraph' %}
            {% set relation = load_cached_relation(
                api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)
            ) if node.resource_type == 'snapshot' or 'rebuilt_when_late' in node.tags %}
            {% if relation and node.resource_type == 'snapshot' %}
                {% do undo_versions(relation, batch['effective_at']) %}
            {% elif relation %}
                {% do adapter.drop_relation(relation) %}
            {% endif %}
        {% endfor %}
        {% do run_query("delete from " ~ applied ~ " where batch_id in (" ~ later ~ ")") %}
    {% endif %}
{% endmacro %}


{# Takes a snapshot back to what it held before a time: later versions go, and those that they ended are open again. #}
{% macro undo_versions(history, effective_at) %}
    {% set moment = "cast('" ~ effective_at ~ "' as " ~ sql_type('timestamp') ~ ")" %}
    {% do run_query("delete from " ~ history ~ " where dbt_valid_from >= " ~ moment) %}
    {% do run_query("update " ~ history ~ " set dbt_valid_to = null where dbt_valid_to >= " ~ moment) %}
{% endmacro %}
