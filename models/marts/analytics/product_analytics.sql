with

products as (
    select * from {{ ref('products') }}
),

order_lines as (
    select * from {{ ref('int_order_lines_valued') }}
),

batch_as_of as (
    select * from {{ ref('batch_as_of') }}
),

sales as (
    select
        product_id,
        {{ sales_measures() }},
        min(case when not is_excluded then order_date end) as first_order_date,
        max(case when not is_excluded then order_date end) as last_order_date
    from order_lines
    group by product_id
),

measured as (
    select
        products.product_id,
        products.product_name,
        coalesce(products.category, 'Uncategorised') as category,
        products.subcategory,
        products.brand,
        products.price,
        products.cost,
        products.currency,
        products.launch_date,
        products.is_discontinued,
        products.stock_quantity,
        {{ dbt.datediff('products.launch_date', 'batch_as_of.batch_date', 'day') }} as days_since_launch,
        coalesce(sales.order_count, 0) as order_count,
        coalesce(sales.buyer_count, 0) as customer_count,
        coalesce(sales.order_line_count, 0) as order_line_count,
        coalesce(sales.unconverted_line_count, 0) as unconverted_line_count,
        coalesce(sales.units_sold, 0) as units_sold,
        coalesce(sales.revenue, {{ money(0) }}) as revenue,
        coalesce(sales.profit, {{ money(0) }}) as profit,
        sales.first_order_date,
        sales.last_order_date
    from products
    cross join batch_as_of
    left join sales
        on products.product_id = sales.product_id
),

final as (
    select
        product_id,
        product_name,
        category,
        subcategory,
        brand,
        price,
        cost,
        currency,
        case
            when cost is null or coalesce(price, 0) = 0 then {{ money(var('analytics').default_margin) }}
            else {{ ratio('price - cost', 'price') }}
        end as profit_margin,
        case when cost is null or coalesce(price, 0) = 0 then 'default' else 'cost' end as margin_source,
        stock_quantity,
        launch_date,
        cast(days_since_launch as {{ sql_type('integer') }}) as days_since_launch,
        is_discontinued,
        case
            when is_discontinued then 'Discontinued'
            else coalesce({{ banded('days_since_launch', 'product_lifecycle', 'up_to') }}, 'Unknown')
        end as product_lifecycle,
        order_count,
        customer_count,
        order_line_count,
        cast(unconverted_line_count as {{ sql_type('integer') }}) as unconverted_line_count,
        cast(units_sold as {{ sql_type('integer') }}) as units_sold,
        revenue,
        profit,
        first_order_date,
        last_order_date,
        {{ ranked_class('product_performance', {'revenue': 'revenue', 'orders': 'order_count'}) }} as performance
    from measured
)

select * from final
