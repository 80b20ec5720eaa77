with

order_lines as (
    select * from {{ ref('enriched_orders') }}
),

customers as (
    select
        value_segment,
        count(*) as customer_count,
        avg(cast(age as double)) as average_age,
        count(case when lifecycle_stage = {{ text_literal(var('analytics').lifecycle[0].name) }} then 1 end)
            as active_customer_count,
        {{ money('sum(estimated_clv)') }} as estimated_clv
    from {{ ref('customer_analytics') }}
    group by value_segment
),

sales as (
    select
        value_segment,
        {{ sales_measures() }}
    from order_lines
    group by value_segment
),

total as (
    select sum(revenue) as revenue
    from order_lines
),

everybody as (
    select sum(customer_count) as customer_count
    from customers
),

final as (
    select
        coalesce(customers.value_segment, sales.value_segment) as value_segment,
        coalesce(customers.customer_count, 0) as customer_count,
        {{ ratio('coalesce(customers.customer_count, 0)', 'everybody.customer_count') }} as customer_share,
        coalesce(customers.active_customer_count, 0) as active_customer_count,
        {{ rounded('customers.average_age') }} as average_age,
        {{- sales_columns('sales', 'total.revenue') }},
        {{ ratio('coalesce(sales.revenue, 0)', 'customers.customer_count') }} as revenue_per_customer,
        coalesce(customers.estimated_clv, {{ money(0) }}) as estimated_clv
    from customers
    full outer join sales
        on customers.value_segment = sales.value_segment
    cross join total
    cross join everybody
)

select * from final
