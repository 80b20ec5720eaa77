with

order_lines as (
    select * from {{ ref('order_lines') }}
),

final as (
    select
        order_id,
        product_id,
        line_number,
        quantity,
        cast(unit_price as double) as unit_price,
        cast(amount as double) as amount,
        _source_file,
        _source_line,
        _batch_id
    from order_lines
)

select * from final
