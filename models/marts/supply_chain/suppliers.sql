with

current_suppliers as (
    select * from {{ ref('int_suppliers_current') }}
    where is_present
),

products as (
    select * from {{ ref('products') }}
),

ranges as (
    select
        supplier_id,
        count(*) as product_count,
        count(case when stock_quantity > 0 and not is_discontinued then 1 end) as available_product_count,
        sum(revenue) as revenue
    from products
    group by supplier_id
),

final as (
    select
        suppliers.supplier_id,
        suppliers.supplier_name,
        suppliers.country,
        suppliers.contact_email,
        suppliers.reliability_score,
        coalesce(ranges.product_count, 0) as product_count,
        coalesce(ranges.available_product_count, 0) as available_product_count,
        cast(coalesce(ranges.revenue, 0) as {{ sql_type('decimal') }}) as revenue,
        suppliers._source_file,
        suppliers._source_line,
        suppliers._batch_id
    from current_suppliers as suppliers
    left join ranges
        on suppliers.supplier_id = ranges.supplier_id
)

select * from final
