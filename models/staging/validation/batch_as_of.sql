with

admitted_batches as (
    select * from {{ ref('admitted_batches') }}
),

final as (
    select batch_id, batch_date, batch_number, effective_at
    from admitted_batches
    where batch_number = (select max(batch_number) from admitted_batches)
)

select * from final
