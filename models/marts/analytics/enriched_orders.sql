with

order_lines as (
    select * from {{ ref('int_order_lines_valued') }}
),

customers as (
    select * from {{ ref('customer_analytics') }}
),

products as (
    select * from {{ ref('product_analytics') }}
),

dated as (
    select
        order_lines.*,
        {{ iso_weekday('order_date') }} as weekday
    from order_lines
),

final as (
    select
        dated.order_id,
        dated.line_number,
        dated.customer_id,
        dated.product_id,
        dated.order_date,
        dated.created_timestamp,
        dated.order_status,
        dated.payment_method,
        dated.quantity,
        dated.unit_price,
        dated.amount,
        dated.currency,
        dated.reporting_currency,
        dated.is_excluded,
        dated.is_convertible,
        dated.reported_amount,
        dated.revenue,
        dated.unit_cost,
        dated.margin_source,
        dated.profit_margin,
        dated.profit,
        cast(extract(year from dated.order_date) as {{ sql_type('integer') }}) as order_year,
        cast(extract(month from dated.order_date) as {{ sql_type('integer') }}) as order_month,
        cast({{ season_year_of('dated.order_date') }} as {{ sql_type('integer') }}) as season_year,
        coalesce({{ season_of('dated.order_date') }}, 'Unknown') as season,
        cast(dated.weekday as {{ sql_type('integer') }}) as weekday,
        {{ weekday_name('dated.weekday') }} as weekday_name,
        dated.weekday in (0{% for day in var('analytics').weekend %}, {{ day }}{% endfor %}) as is_weekend,
        {{ time_of_day('dated.created_timestamp') }} as time_of_day,
        customers.customer_id is not null as is_customer_known,
        customers.country as customer_country,
        customers.customer_tier,
        customers.age as customer_age,
        customers.age_segment,
        customers.days_since_registration,
        customers.lifecycle_stage,
        coalesce(customers.value_segment, 'Unknown Customer') as value_segment,
        customers.estimated_clv,
        dated.is_product_known,
        dated.product_name,
        dated.category,
        dated.subcategory,
        dated.brand,
        products.product_lifecycle,
        products.performance as product_performance,
        dated._source_file,
        dated._source_line,
        dated._batch_id
    from dated
    left join customers
        on dated.customer_id = customers.customer_id
    left join products
        on dated.product_id = products.product_id
)

select * from final
