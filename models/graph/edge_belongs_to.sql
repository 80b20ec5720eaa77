with

products as (
    select * from {{ ref('products') }}
),

-- a name that no category has stays as a row without category_id, which the loader rejects by name
final as (
    select
        product_id,
        category_id,
        _source_file,
        _source_line,
        _batch_id
    from products
    where category is not null
        or subcategory is not null
)

select * from final
