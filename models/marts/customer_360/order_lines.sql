with

current_lines as (
    select * from {{ ref('int_orders_current') }}
    where is_present
),

final as (
    select
        order_id,
        line_number,
        customer_id,
        product_id,
        order_date,
        order_status,
        quantity,
        unit_price,
        order_amount as amount,
        currency,
        _source_file,
        _source_line,
        _batch_id
    from current_lines
)

select * from final
