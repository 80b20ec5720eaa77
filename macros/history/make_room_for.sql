{# Before a batch is let in: makes room for it. A batch that comes late has its place before batches that were applied
   already; these wait again and are applied once more after it, in order. One that was applied and is built again is not
   applied until this build ends, so that one that does not end is undone. Current versions that were made by other rules,
   or with later batches, are dropped, to be built anew from all admitted batches; the snapshots undo their part
   themselves, just before they are built. What says that there is something to undo is written first. #}
{% macro make_room_for(batch) %}
    {% set applied, begun = source('ops', 'applied_batches'), source('ops', 'begun_batches') %}
    {% set own_id = text_literal(batch['_batch_id']) %}
    {% set is_own = "batch_id = " ~ own_id %}
    {% set is_applied = run_query("select 1 from " ~ applied ~ " where " ~ is_own) | length > 0 %}
    {% set later %}
        select batches.batch_id
        from {{ relation_of('model', 'visible_batches') }} as batches
        inner join {{ applied }} as applied
            on batches.batch_id = applied.batch_id
        where batches.batch_number > {{ batch['batch_number'] }}
    {% endset %}

    {% set again = 0 if is_applied else run_query(later) | length %}
    {% if again %}
        {% do log(
            "Batch " ~ batch['_batch_id'] ~ " is late: " ~ again ~ " later ones will be applied again after it.", info=True
        ) %}
    {% endif %}
    {% do run_query("delete from " ~ begun ~ " where " ~ is_own) %}
    {% do run_query("insert into " ~ begun ~ " values (" ~ own_id ~ ", " ~ text_literal(invocation_id) ~ ")") %}
    {% if again or (is_applied and is_stale(own_id)) %}
        {% do drop_current_versions() %}
    {% endif %}
    {% if again %}
        {% do delete_batches(applied, later) %}
        {# their builds had ended; they wait now #}
        {% do delete_batches(
            begun,
            "select begun.batch_id from " ~ begun ~ " as begun inner join " ~ relation_of('model', 'visible_batches')
            ~ " as batches on begun.batch_id = batches.batch_id where batches.batch_number > " ~ batch['batch_number']
            ~ " and begun.batch_id not in (select batch_id from " ~ applied ~ ")"
        ) %}
    {% endif %}
    {% do run_query("delete from " ~ applied ~ " where " ~ is_own) %}
{% endmacro %}


{# Deletes the rows of the batches that a query gives: by their names, for Delta deletes by no subquery of every kind. #}
{% macro delete_batches(relation, query, column='batch_id') %}
    {% set literals = [] %}
    {% for id in run_query(query).columns[0].values() %}{% do literals.append(text_literal(id)) %}{% endfor %}
    {% if literals %}
        {% do run_query("delete from " ~ relation ~ " where " ~ column ~ " in (" ~ literals | join(', ') ~ ")") %}
    {% endif %}
{% endmacro %}


{% macro drop_current_versions() %}
    {% for feed in var('feeds') %}
        {% set relation = built_relation('model', 'int_' ~ feed ~ '_current') %}
        {% if relation %}{% do adapter.drop_relation(relation) %}{% endif %}
    {% endfor %}
{% endmacro %}


{# Whether current versions of an applied batch are no longer what staging makes of it: a rule or a feed was changed. #}
{% macro is_stale(batch_id) %}
    {% set searches = [] %}
    {% for feed in var('feeds') %}
        {% set current = built_relation('model', 'int_' ~ feed ~ '_current') %}
        {% if current %}
            {% do searches.append(
                "select 1 as found from " ~ current ~ " as known left join "
                ~ relation_of('model', 'stg_commerce__' ~ feed ~ '_judged') ~ " as judged on "
                ~ same_key(feed, 'known', 'judged') ~ " and judged._batch_id = " ~ batch_id
                ~ " and judged._failed_rules is null and judged._business_hash = known._business_hash"
                ~ " where known._batch_id = " ~ batch_id ~ " and judged._batch_id is null"
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(run_query("select 1 from (" ~ searches | join(' union all ') ~ ") as stale limit 1") | length > 0
        if searches else false) }}
{% endmacro %}


{# A node's table or view, or none when it has not been built. #}
{% macro built_relation(kind, name) %}
    {% set node = graph.nodes[kind ~ '.lakegraph.' ~ name] %}
    {{ return(load_cached_relation(
        api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)
    )) }}
{% endmacro %}
