with

current_lines as (
    select * from {{ ref('int_orders_current') }}
    where is_present
),

-- what belongs to the order as a whole is said on every line: its first line speaks for it
ranked as (
    select
        order_id,
        customer_id,
        order_date,
        order_status,
        payment_method,
        shipping_address,
        currency,
        _source_file,
        _source_line,
        _batch_id,
        row_number() over (partition by order_id order by line_number) as line_rank
    from current_lines
),

totals as (
    select
        order_id,
        count(*) as line_count,
        cast(sum(quantity) as {{ sql_type('integer') }}) as quantity,
        cast(sum(order_amount) as {{ sql_type('decimal') }}) as order_amount
    from current_lines
    group by order_id
),

final as (
    select
        ranked.order_id,
        ranked.customer_id,
        ranked.order_date,
        ranked.order_status,
        ranked.payment_method,
        ranked.shipping_address,
        ranked.currency,
        totals.line_count,
        totals.quantity,
        totals.order_amount,
        ranked._source_file,
        ranked._source_line,
        ranked._batch_id
    from ranked
    inner join totals
        on ranked.order_id = totals.order_id
    where ranked.line_rank = 1
)

select * from final
