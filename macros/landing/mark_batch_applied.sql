{# On-run-end: a batch counts as applied once a `dbt build` without errors has covered every row-level node that holds
   data; views hold none. Its records may have been judged by an earlier build, with those of other waiting batches; in a
   backfill, what no history is made of follows with the last batch. #}
{% macro mark_batch_applied(results) %}
    {% if execute and invocation_args_dict.get('which') == 'build' %}
        {% set failed = results | selectattr('status', 'in', ['error', 'fail', 'runtime error', 'skipped']) | list %}
        {% set built = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list %}
        {% set required = nodes_tagged('by_batch') + judging_nodes() if is_history_only() else nodes_tagged('row_level') %}
        {% set missing = required | reject('in', built) | list %}
        {# a build of something else may come before any batch #}
        {% set in_progress = built_relation('model', 'batch_in_progress') if not failed %}
        {% set batches = run_query("select batch_id from " ~ in_progress).columns[0].values() if in_progress else [] %}
        {% if missing and batches and is_judged(batches[0]) %}
            {% set missing = missing | reject('in', judging_nodes()) | list %}
        {% endif %}

        {% if not failed and not missing %}
            {% if batches %}
                {% do record_applied_batches() %}
                {% do log("Batch " ~ batches[0] ~ " is now applied.", info=True) %}
            {% endif %}
        {% elif failed %}
            {% do log(
                "The batch is not marked as applied: " ~ failed | length ~ " nodes failed or were skipped.",
                info=True,
            ) %}
        {% else %}
            {% do log(
                "The batch is not marked as applied: this build left out " ~ missing | length ~ " row-level nodes.",
                info=True,
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro record_applied_batches() %}
    {% set applied = source('ops', 'applied_batches') %}
    {% do run_query(
        "insert into " ~ applied
        ~ " select taken.batch_id, taken.batch_date, cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S')
        ~ "' as " ~ sql_type('timestamp') ~ "), '" ~ invocation_id ~ "'"
        ~ " from " ~ relation_of('model', 'admitted_batches') ~ " as taken"
        ~ " where taken.batch_id not in (select batch_id from " ~ applied ~ ")"
    ) %}
{% endmacro %}


{# The models and snapshots of a tag that hold data. dbt turns each node that is looked at into a dictionary. #}
{% macro nodes_tagged(tag) %}
    {% set ids = [] %}
    {% for id in graph.nodes if id.split('.')[0] in ('model', 'snapshot') %}
        {% set node = graph.nodes[id] %}
        {% if tag in node.tags and node.config.materialized != 'view' %}{% do ids.append(id) %}{% endif %}
    {% endfor %}
    {{ return(ids) }}
{% endmacro %}


{% macro judging_nodes() %}
    {% set ids = ['model.lakegraph.batches_to_judge'] %}
    {% for feed in var('feeds') %}{% do ids.append('model.lakegraph.stg_commerce__' ~ feed ~ '_judged') %}{% endfor %}
    {{ return(ids) }}
{% endmacro %}


{# Whether staging holds every record of a batch that landing read. #}
{% macro is_judged(batch_id) %}
    {% set read = run_query(
        "select coalesce(sum(records_read), 0) from " ~ source('ops', 'batch_files')
        ~ " where batch_id = " ~ text_literal(batch_id)
    ).rows[0][0] %}
    {{ return(staged_counts(batch_id)['read'] == read) }}
{% endmacro %}
