-- the accounting identity of orders: amount, quantity and number of lines are those of the lines
with

orders as (
    select * from {{ ref('orders') }}
),

order_lines as (
    select * from {{ ref('order_lines') }}
),

sums as (
    select
        order_id,
        sum(amount) as amount,
        sum(quantity) as quantity,
        count(*) as line_count
    from order_lines
    group by order_id
)

select
    coalesce(orders.order_id, sums.order_id) as order_id,
    orders.order_amount,
    sums.amount
from orders
full outer join sums
    on orders.order_id = sums.order_id
where orders.order_id is null
    or sums.order_id is null
    or orders.order_amount <> sums.amount
    or orders.quantity <> sums.quantity
    or orders.line_count <> sums.line_count
