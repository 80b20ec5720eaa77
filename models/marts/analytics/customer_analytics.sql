with

customers as (
    select * from {{ ref('customers') }}
),

order_lines as (
    select * from {{ ref('int_order_lines_valued') }}
),

batch_as_of as (
    select * from {{ ref('batch_as_of') }}
),

purchases as (
    select
        customer_id,
        {{ sales_measures() }},
        count(distinct order_id) as all_order_count,
        min(case when not is_excluded then order_date end) as first_order_date,
        max(case when not is_excluded then order_date end) as last_order_date
    from order_lines
    group by customer_id
),

measured as (
    select
        customers.*,
        coalesce(purchases.order_count, 0) as orders_placed,
        coalesce(purchases.valued_order_count, 0) as orders_valued,
        coalesce(purchases.all_order_count, 0) - coalesce(purchases.order_count, 0) as orders_excluded,
        coalesce(purchases.order_line_count, 0) as order_line_count,
        coalesce(purchases.unconverted_line_count, 0) as unconverted_line_count,
        coalesce(purchases.units_sold, 0) as units_bought,
        coalesce(purchases.revenue, {{ money(0) }}) as spent,
        coalesce(purchases.profit, {{ money(0) }}) as profit,
        purchases.first_order_date as first_order,
        purchases.last_order_date as last_order,
        {{ dbt.datediff('customers.registration_date', 'batch_as_of.batch_date', 'day') }} as days_since_registration,
        {{ dbt.datediff('purchases.last_order_date', 'batch_as_of.batch_date', 'day') }} as days_since_last_order
    from customers
    cross join batch_as_of
    left join purchases
        on customers.customer_id = purchases.customer_id
),

final as (
    select
        customer_id,
        full_name,
        city,
        country,
        customer_tier,
        age,
        coalesce({{ banded('age', 'age_segments', 'below') }}, 'Unknown') as age_segment,
        registration_date,
        cast(days_since_registration as {{ sql_type('integer') }}) as days_since_registration,
        orders_placed as order_count,
        cast(orders_excluded as {{ sql_type('integer') }}) as excluded_order_count,
        order_line_count,
        cast(unconverted_line_count as {{ sql_type('integer') }}) as unconverted_line_count,
        cast(units_bought as {{ sql_type('integer') }}) as units_bought,
        spent as total_spent,
        profit as total_profit,
        {{ ratio('spent', 'orders_valued') }} as average_order_value,
        first_order as first_order_date,
        last_order as last_order_date,
        cast(days_since_last_order as {{ sql_type('integer') }}) as days_since_last_order,
        coalesce({{ banded('days_since_last_order', 'lifecycle', 'up_to') }}, 'No Orders') as lifecycle_stage,
        {{ ranked_class('value_segments', {'spent': 'spent', 'orders': 'orders_placed'}) }} as value_segment,
        {{ money('spent * ' ~ clv_factor('customer_tier')) }} as estimated_clv
    from measured
)

select * from final
