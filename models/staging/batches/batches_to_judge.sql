with

visible_batches as (
    select * from {{ ref('visible_batches') }}
),

batch_in_progress as (
    select * from {{ ref('batch_in_progress') }}
),

applied_batches as (
    select * from {{ source('ops', 'applied_batches') }}
),

placed as (
    select
        visible_batches.batch_id,
        batch_in_progress.batch_id is not null as is_in_progress,
        applied_batches.batch_id is not null as is_applied,
        row_number() over (
            partition by applied_batches.batch_id is null order by visible_batches.batch_number
        ) as place
    from visible_batches
    left join batch_in_progress
        on visible_batches.batch_id = batch_in_progress.batch_id
    left join applied_batches
        on visible_batches.batch_id = applied_batches.batch_id
),

final as (
    select
        batch_id,
        is_in_progress or not is_applied as is_open
    from placed
    where is_in_progress
        or is_applied
        or place <= {{ var('judge_ahead', 0) }}
)

select * from final
