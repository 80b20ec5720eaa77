{# Just before a snapshot is built: takes it back to what it held after the last admitted batch but one, for it is about to
   take in the last one, whether for the first time or again. Versions since then go, also those of a batch that was
   rejected after its build had begun, and those that they ended are open again. #}
{% macro undo_later_versions() %}
    {% if execute and load_cached_relation(this) and built_relation('model', 'admitted_batches') %}
        {% set admitted = relation_of('model', 'admitted_batches') %}
        {% set times = run_query(
            "select effective_at from " ~ admitted ~ " order by batch_number desc limit 2"
        ).columns[0].values() %}
        {% if times %}
            {% set is_later = " > cast('" ~ times[1] ~ "' as " ~ sql_type('timestamp') ~ ")" if times | length == 2
                else " is not null" %}
            {% do run_query("delete from " ~ this ~ " where dbt_valid_from" ~ is_later) %}
            {% do run_query("update " ~ this ~ " set dbt_valid_to = null where dbt_valid_to" ~ is_later) %}
        {% endif %}
    {% endif %}
{% endmacro %}
