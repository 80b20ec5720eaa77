{# `dbt run-operation replay_from --args '{batch: ID}'`: an applied batch and all after it wait again, to be judged and made into
   history under the rules of today. What they did is undone by the build that applies the first of them; what tells it so is
   written first, and that they were let in is forgotten before they wait. #}
{% macro replay_from(batch) %}
    {% set applied, begun = source('ops', 'applied_batches'), source('ops', 'begun_batches') %}
    {% set visible = relation_of('model', 'visible_batches') %}
    {% set again %}
        select applied.batch_id
        from {{ applied }} as applied
        inner join {{ visible }} as batches
            on applied.batch_id = batches.batch_id
        where batches.batch_number >= (select batch_number from {{ visible }} where batch_id = {{ text_literal(batch) }})
    {% endset %}
    {% if not run_query(again) | length %}
        {{ exceptions.raise_compiler_error("No applied batch has the id " ~ batch ~ ". `lakegraph batches` lists them.") }}
    {% endif %}
    {% do run_query(
        "insert into " ~ begun ~ " select again.batch_id, " ~ text_literal(invocation_id) ~ " from (" ~ again ~ ") as again"
        ~ " where again.batch_id not in (select batch_id from " ~ begun ~ ")"
    ) %}
    {% do delete_batches(relation_of('model', 'batch_verdicts'), again, '_batch_id') %}
    {% do delete_batches(applied, again) %}
{% endmacro %}
