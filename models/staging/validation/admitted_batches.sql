{{ config(materialized='table', pre_hook="{{ admit_batch() }}") }}

with

visible_batches as (
    select * from {{ ref('visible_batches') }}
),

batch_verdicts as (
    select * from {{ ref('batch_verdicts') }}
),

batch_in_progress as (
    select * from {{ ref('batch_in_progress') }}
),

applied_batches as (
    select * from {{ source('ops', 'applied_batches') }}
),

final as (
    select
        visible_batches.*,
        batch_in_progress.batch_id is not null as is_in_progress
    from visible_batches
    left join applied_batches
        on visible_batches.batch_id = applied_batches.batch_id
    left join batch_in_progress
        on visible_batches.batch_id = batch_in_progress.batch_id
    left join batch_verdicts
        on batch_in_progress.batch_id = batch_verdicts._batch_id
    where applied_batches.batch_id is not null
        or batch_verdicts.decision = 'admitted'
)

select * from final
