with

order_lines as (
    select * from {{ ref('enriched_orders') }}
),

-- letter case apart; of several spellings the first in the order of the alphabet is shown
products as (
    select
        {{ lower_case('category') }} as category_key,
        min(category) as category,
        count(*) as product_count,
        count(case when order_count > 0 then 1 end) as sold_product_count,
        count(case when performance = {{ text_literal(var('analytics').product_performance[0].name) }} then 1 end)
            as star_product_count
    from {{ ref('product_analytics') }}
    group by {{ lower_case('category') }}
),

sales as (
    select
        {{ lower_case('category') }} as category_key,
        min(category) as category,
        {{ sales_measures() }}
    from order_lines
    group by {{ lower_case('category') }}
),

total as (
    select sum(revenue) as revenue
    from order_lines
),

final as (
    select
        coalesce(products.category, sales.category) as category,
        coalesce(products.product_count, 0) as product_count,
        coalesce(products.sold_product_count, 0) as sold_product_count,
        coalesce(products.star_product_count, 0) as star_product_count,
        {{- sales_columns('sales', 'total.revenue') }}
    from products
    full outer join sales
        on products.category_key = sales.category_key
    cross join total
)

select * from final
