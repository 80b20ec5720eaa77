{# Batches in the order in which they are applied, those of one date as they landed (lakegraph.landing.order); those that
   were rejected are none any more. A batch takes effect at the midnight of its date, and a second later for each batch of
   the same date before it, rejected ones among them, so that the history can tell them apart and no decision moves
   another batch. #}
{% macro number_batches(batches, decisions) %}
    select
        batch_id,
        batch_date,
        row_number() over (order by batch_date, landed_at nulls first, batch_id) as batch_number,
        effective_at
    from (
        select
            batch_id,
            batch_date,
            landed_at,
            {{ dbt.dateadd(
                'second',
                '(row_number() over (partition by batch_date order by landed_at nulls first, batch_id) - 1)',
                'cast(batch_date as ' ~ sql_type('timestamp') ~ ')',
            ) }} as effective_at
        from {{ batches }}
    ) as landed
    where batch_id not in (
        select batch_id from ({{ latest_decisions(decisions) }}) as decided where decision = 'reject'
    )
{% endmacro %}


{# What was last decided of each batch by hand: release or reject. #}
{% macro latest_decisions(decisions) -%}
    select batch_id, decision, decided_by, reason
    from (
        select
            batch_id,
            decision,
            decided_by,
            reason,
            row_number() over (partition by batch_id order by decided_at desc, decision) as recency
        from {{ decisions }}
    ) as ranked
    where recency = 1
{%- endmacro %}


{# The batch that this build is about, as one row or none: the one that was asked for, else the oldest that waits, else
   the last one again. A late batch does not wait where `late_batches` says that it is refused. #}
{% macro choose_batch(batches, applied) %}
    {% set asked = var('batch', '') %}
    select batches.*
    from {{ batches }} as batches
    {% if asked %}
    where batches.batch_id = {{ text_literal(asked) }}
    {% else %}
    where batches.batch_number = (
        select coalesce(
            min(case when applied.batch_id is null {{ 'and not ' ~ is_late('numbered') if refuses_late_batches() }}
                then numbered.batch_number end),
            max(case when applied.batch_id is not null then numbered.batch_number end)
        )
        from {{ batches }} as numbered
        left join {{ applied }} as applied
            on numbered.batch_id = applied.batch_id
        cross join (
            select max(every_batch.batch_number) as batch_number
            from {{ batches }} as every_batch
            inner join {{ applied }} as every_applied
                on every_batch.batch_id = every_applied.batch_id
        ) as last_applied
    )
    {% endif %}
{% endmacro %}


{# Whether a batch comes before one that has been applied. #}
{% macro is_late(batches) -%}
    {{ batches }}.batch_number < coalesce(last_applied.batch_number, 0)
{%- endmacro %}


{% macro refuses_late_batches() %}
    {% set policy = var('late_batches', 'replay') %}
    {% if policy not in ['replay', 'refuse'] %}
        {{ exceptions.raise_compiler_error(
            "`late_batches` in vars.yml is '" ~ policy ~ "'. Use replay or refuse."
        ) }}
    {% endif %}
    {{ return(policy == 'refuse') }}
{% endmacro %}
