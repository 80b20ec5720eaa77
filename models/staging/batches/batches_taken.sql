{{ config(pre_hook="{{ undo_unfinished() }}") }}

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

final as (
    select visible_batches.*
    from visible_batches
    left join applied_batches
        on visible_batches.batch_id = applied_batches.batch_id
    cross join batch_in_progress
    where visible_batches.batch_id = batch_in_progress.batch_id
        or applied_batches.batch_id is not null
)

select * from final
