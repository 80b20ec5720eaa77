{# Says which batch this run is about and how many wait behind it; refuses a batch that nobody landed. A full refresh
   builds from all batches that were applied, and from this one. #}
{% macro announce_batch() %}
    {% set numbered = "(" ~ number_batches(source('ops', 'batches'), source('ops', 'batch_decisions')) ~ ")" %}
    {% set applied = source('ops', 'applied_batches') %}
    {% set chosen = run_query(choose_batch(numbered, applied)).rows %}
    {% set asked = var('batch', '') %}

    {% if asked and not chosen %}
        {{ exceptions.raise_compiler_error(
            "No visible batch has the id '" ~ asked ~ "' that --vars asks for. "
            ~ "`lakegraph batches` lists those that have landed."
        ) }}
    {% elif not chosen %}
        {% do log("No batch has landed yet: tables stay empty.", info=True) %}
    {% else %}
        {% set batch = chosen[0] %}
        {% do log(
            "Batch " ~ batch['batch_id'] ~ " of " ~ batch['batch_date']
            ~ (" is in progress again, " if is_applied(batch['batch_id'], applied) else " is in progress, ")
            ~ waiting_behind(batch['batch_id'], numbered, applied),
            info=True,
        ) %}
    {% endif %}
    {% if refuses_late_batches() %}{% do announce_late_batches(numbered, applied) %}{% endif %}
{% endmacro %}


{# Says which batches are left out for good, because later ones had been applied when they came. #}
{% macro announce_late_batches(numbered, applied) %}
    {% set late = run_query(
        "select batch_id from " ~ numbered ~ " as batches where batch_id not in (select batch_id from " ~ applied ~ ")"
        ~ " and batch_number < (select max(numbered.batch_number) from " ~ numbered ~ " as numbered"
        ~ " where numbered.batch_id in (select batch_id from " ~ applied ~ ")) order by batch_number"
    ).columns[0].values() %}
    {% if late %}
        {% do exceptions.warn(
            "Left out because they came late (`late_batches: refuse` in vars.yml): " ~ late | join(', ')
            ~ ". Reject them with `lakegraph batches reject`, or set `late_batches: replay`."
        ) %}
    {% endif %}
{% endmacro %}


{% macro is_applied(batch_id, applied) %}
    {{ return(run_query("select 1 from " ~ applied ~ " where batch_id = " ~ text_literal(batch_id)) | length > 0) }}
{% endmacro %}


{% macro waiting_behind(batch_id, numbered, applied) %}
    {% set count = run_query(
        "select count(*) from " ~ numbered ~ " as batches where batch_id <> " ~ text_literal(batch_id)
        ~ " and batch_id not in (select batch_id from " ~ applied ~ ")"
    ).rows[0][0] %}
    {{ return("1 waits behind it." if count == 1 else count ~ " wait behind it.") }}
{% endmacro %}
