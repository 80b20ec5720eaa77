with

order_lines as (
    select * from {{ ref('enriched_orders') }}
),

total as (
    select sum(revenue) as revenue
    from order_lines
),

sales as (
    select
        season_year,
        season,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        coalesce({{ money('sum(case when is_weekend then revenue end)') }}, {{ money(0) }}) as weekend_revenue,
        {{ sales_measures() }}
    from order_lines
    group by season_year, season
),

final as (
    select
        sales.season_year,
        sales.season,
        sales.first_order_date,
        sales.last_order_date,
        {{- sales_columns('sales', 'total.revenue') }},
        sales.weekend_revenue
    from sales
    cross join total
)

select * from final
