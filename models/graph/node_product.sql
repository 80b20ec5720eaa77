with

products as (
    select * from {{ ref('products') }}
),

final as (
    select
        product_id,
        product_name as name,
        description,
        category,
        subcategory,
        brand,
        cast(price as double) as price,
        currency,
        stock_quantity,
        launch_date,
        is_discontinued as discontinued,
        _source_file,
        _source_line,
        _batch_id
    from products
)

select * from final
