{# Before a batch is judged: undoes what a build left that did not end (killed, failed, its batch perhaps rejected since), so
   that the batch is held against what was applied, and nothing of the other stays should this one be held back. History
   goes back to the last applied batch, current versions are dropped, to be built anew from the admitted batches. What says
   that there is something to undo goes last, so that an interrupted undoing is done again. #}
{% macro undo_unfinished() %}
    {% if execute and flags.WHICH in ['build', 'run', 'retry'] %}
        {% set applied, begun = source('ops', 'applied_batches'), source('ops', 'begun_batches') %}
        {% set unfinished = "batch_id not in (select batch_id from " ~ applied ~ ")" %}
        {% if run_query("select 1 from " ~ begun ~ " where " ~ unfinished) | length %}
            {% set last_applied = run_query(
                "select max(batches.effective_at) from " ~ relation_of('model', 'visible_batches') ~ " as batches inner join "
                ~ applied ~ " as applied on batches.batch_id = applied.batch_id"
            ).rows[0][0] %}
            {% for feed in var('feeds') if 'snapshot.lakegraph.' ~ feed ~ '_history' in graph.nodes %}
                {% set history = built_relation('snapshot', feed ~ '_history') %}
                {% if history %}{% do run_query(take_history_back(history, last_applied)) %}{% endif %}
            {% endfor %}
            {% set admitted = built_relation('model', 'admitted_batches') %}
            {% if admitted %}
                {% do delete_batches(admitted, "select batch_id from " ~ admitted ~ " where " ~ unfinished) %}
            {% endif %}
            {% do drop_current_versions() %}
            {% do delete_batches(begun, "select batch_id from " ~ begun ~ " where " ~ unfinished) %}
        {% endif %}
    {% endif %}
{% endmacro %}


{# The batch in progress may have landed after those that wait were judged. #}
{% macro require_judged() %}
    {% if execute and flags.WHICH in ['build', 'run', 'retry'] %}
        {% set batches = run_query("select batch_id from " ~ relation_of('model', 'batch_in_progress')).columns[0].values() %}
        {% if batches %}
            {% set landed = run_query(
                "select coalesce(sum(records_landed), 0) from " ~ source('ops', 'batch_files')
                ~ " where batch_id = " ~ text_literal(batches[0])
            ).rows[0][0] %}
            {% if landed > 0 and staged_counts(batches[0])['staged'] == 0 %}
                {{ exceptions.raise_compiler_error(
                    "Staging holds none of the " ~ landed ~ " records of batch " ~ batches[0]
                    ~ ". Build its models too, as `dbt build` without a selection does."
                ) }}
            {% endif %}
        {% endif %}
    {% endif %}
{% endmacro %}
