{# Batches in the order in which they are applied. A batch takes effect at the midnight of its date, and a second later
   for each batch of the same date before it, so that the history can tell them apart. #}
{% macro number_batches(batches) %}
    select
        batch_id,
        batch_date,
        row_number() over (order by batch_date, batch_id) as batch_number,
        {{ dbt.dateadd(
            'second',
            '(row_number() over (partition by batch_date order by batch_id) - 1)',
            'cast(batch_date as ' ~ sql_type('timestamp') ~ ')',
        ) }} as effective_at
    from {{ batches }}
{% endmacro %}


{# The batch that this build applies, as one row or none: the one that was asked for, else the oldest that waits, else
   the last one again. `batches` are numbered. #}
{% macro choose_batch(batches, applied) %}
    {% set asked = var('batch', '') %}
    select batches.*
    from {{ batches }} as batches
    {% if asked %}
    where batches.batch_id = {{ text_literal(asked) }}
    {% else %}
    where batches.batch_number = (
        select coalesce(
            min(case when applied.batch_id is null then numbered.batch_number end),
            max(numbered.batch_number)
        )
        from {{ batches }} as numbered
        left join {{ applied }} as applied
            on numbered.batch_id = applied.batch_id
    )
    {% endif %}
{% endmacro %}
