with

orders as (
    select * from {{ ref('orders') }}
),

final as (
    select
        order_id,
        order_date,
        order_status as status,
        payment_method,
        currency,
        cast(order_amount as double) as amount,
        quantity,
        line_count,
        _source_file,
        _source_line,
        _batch_id
    from orders
)

select * from final
