with

current_products as (
    select * from {{ ref('int_products_current') }}
    where is_present
),

resolved as (
    select * from {{ ref('int_product_categories_resolved') }}
),

categories as (
    select * from {{ ref('categories') }}
),

order_lines as (
    select * from {{ ref('order_lines') }}
),

reviews as (
    select * from {{ ref('reviews') }}
),

sales as (
    select
        product_id,
        count(distinct order_id) as order_count,
        cast(sum(quantity) as {{ sql_type('integer') }}) as units_sold,
        sum(amount) as revenue
    from order_lines
    group by product_id
),

opinions as (
    select
        product_id,
        count(*) as review_count,
        cast({{ rounded('avg(rating)') }} as {{ sql_type('decimal') }}) as average_rating
    from reviews
    group by product_id
),

final as (
    select
        products.product_id,
        products.product_name,
        products.description,
        products.category,
        products.subcategory,
        resolved.category_id,
        categories.category_path,
        products.brand,
        products.price,
        products.cost,
        products.currency,
        products.stock_quantity,
        products.weight_kg,
        products.dimensions_cm,
        products.color,
        products.material,
        products.launch_date,
        products.discontinued as is_discontinued,
        products.supplier_id,
        coalesce(sales.order_count, 0) as order_count,
        coalesce(sales.units_sold, 0) as units_sold,
        cast(coalesce(sales.revenue, 0) as {{ sql_type('decimal') }}) as revenue,
        coalesce(opinions.review_count, 0) as review_count,
        opinions.average_rating,
        products._source_file,
        products._source_line,
        products._batch_id
    from current_products as products
    left join resolved
        on coalesce({{ lower_case('products.category') }}, '') = coalesce(resolved.category, '')
        and coalesce({{ lower_case('products.subcategory') }}, '') = coalesce(resolved.subcategory, '')
    left join categories
        on resolved.category_id = categories.category_id
    left join sales
        on products.product_id = sales.product_id
    left join opinions
        on products.product_id = opinions.product_id
)

select * from final
