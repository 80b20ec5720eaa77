{# Before anything downstream is built: a batch that its verdict holds back ends the build here, and one that a policy lets in
   all the same is told; for one that is let in, what must not be there beside it is undone. #}
{% macro admit_batch() %}
    {% if execute and flags.WHICH in ['build', 'run', 'retry'] %}
        {% set found = run_query(
            "select verdicts.*, batches.batch_number, batches.effective_at"
            ~ " from " ~ relation_of('model', 'batch_verdicts') ~ " as verdicts"
            ~ " inner join " ~ relation_of('model', 'batch_in_progress') ~ " as batches"
            ~ " on verdicts._batch_id = batches.batch_id"
        ).rows %}
        {% if found %}
            {% set batch = found[0] %}
            {% if batch['decision'] == 'held' %}
                {{ exceptions.raise_compiler_error(
                    "Batch " ~ batch['_batch_id'] ~ " is held back: its verdict is " ~ batch['verdict'] ~ " ("
                    ~ batch['reasons'] ~ "). Nothing downstream was changed. See gold.validation_results, then"
                    ~ " `lakegraph batches release " ~ batch['_batch_id'] ~ "` or `lakegraph batches reject "
                    ~ batch['_batch_id'] ~ "`."
                ) }}
            {% endif %}
            {% if batch['verdict'] == 'FAIL' and batch['decided_by'] == 'policy warn' %}
                {% do exceptions.warn(
                    "Batch " ~ batch['_batch_id'] ~ " is let in although its verdict is FAIL (" ~ batch['reasons']
                    ~ "): `verdict.policy` in vars.yml only warns in this environment. See gold.validation_results."
                ) %}
            {% endif %}
            {% do make_room_for(batch) %}
        {% endif %}
    {% endif %}
{% endmacro %}


{# The physical name of a node, where a reference would make a circle. #}
{% macro relation_of(kind, name) %}
    {{ return(graph.nodes[kind ~ '.lakegraph.' ~ name].relation_name) }}
{% endmacro %}
