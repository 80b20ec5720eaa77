{# Just before a snapshot is built: takes it back to what it held after the last admitted batch but one, for it is about to
   take in the last one, whether for the first time or again. Versions since then go, also those of a batch that was
   rejected after its build had begun, and those that they ended are open again. It is the text of the hook, so that dbt runs
   it in the transaction of the snapshot. #}
{% macro undo_later_versions() %}
    {% if execute and load_cached_relation(this) and built_relation('model', 'admitted_batches') %}
        {% set times = run_query(
            "select effective_at from " ~ relation_of('model', 'admitted_batches') ~ " order by batch_number desc limit 2"
        ).columns[0].values() %}
        {% if times %}{{ take_history_back(this, times[1]) }}{% endif %}
    {% endif %}
{% endmacro %}
