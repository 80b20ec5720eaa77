with

order_lines as (
    select * from {{ ref('order_lines') }}
),

final as (
    select
        customer_id,
        product_id,
        order_id,
        line_number,
        quantity,
        cast(amount as double) as amount,
        order_date as date,
        _source_file,
        _source_line,
        _batch_id
    from order_lines
)

select * from final
