with

batch_as_of as (
    select * from {{ ref('batch_as_of') }}
),

order_lines as (
    select * from {{ ref('enriched_orders') }}
),

customers as (
    select
        count(*) as customer_count,
        count(case when order_count > 0 then 1 end) as buying_customer_count
    from {{ ref('customer_analytics') }}
),

products as (
    select
        count(*) as product_count,
        count(case when order_count > 0 then 1 end) as sold_product_count
    from {{ ref('product_analytics') }}
),

sales as (
    select
        {{ sales_measures() }},
        max(reporting_currency) as reporting_currency,
        count(distinct order_id) as all_order_count,
        min(case when not is_excluded then order_date end) as first_order_date,
        max(case when not is_excluded then order_date end) as last_order_date,
        count(case when not is_customer_known then 1 end) as unknown_customer_line_count,
        count(case when not is_product_known then 1 end) as unknown_product_line_count,
        count(case when margin_source = 'default' then 1 end) as default_margin_line_count
    from order_lines
),

final as (
    select
        batch_as_of.batch_id,
        batch_as_of.batch_date as as_of_date,
        sales.reporting_currency,
        customers.customer_count,
        customers.buying_customer_count,
        products.product_count,
        products.sold_product_count,
        sales.first_order_date,
        sales.last_order_date,
        {{- sales_columns('sales') }},
        sales.all_order_count - sales.order_count as excluded_order_count,
        sales.unknown_customer_line_count,
        sales.unknown_product_line_count,
        sales.default_margin_line_count
    from batch_as_of
    cross join sales
    cross join customers
    cross join products
)

select * from final
