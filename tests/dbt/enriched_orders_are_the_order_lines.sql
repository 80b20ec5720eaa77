-- every order line is enriched once, with its own amount
with

order_lines as (
    select * from {{ ref('order_lines') }}
),

enriched_orders as (
    select * from {{ ref('enriched_orders') }}
)

select
    coalesce(order_lines.order_id, enriched_orders.order_id) as order_id,
    coalesce(order_lines.line_number, enriched_orders.line_number) as line_number
from order_lines
full outer join enriched_orders
    on order_lines.order_id = enriched_orders.order_id
    and order_lines.line_number = enriched_orders.line_number
where order_lines.order_id is null
    or enriched_orders.order_id is null
    or coalesce(order_lines.amount, -1) <> coalesce(enriched_orders.amount, -1)
