with

orders as (
    select * from {{ ref('orders') }}
),

final as (
    select
        customer_id,
        order_id,
        _source_file,
        _source_line,
        _batch_id
    from orders
)

select * from final
