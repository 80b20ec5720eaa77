with

products as (
    select * from {{ ref('products') }}
),

suppliers as (
    select * from {{ ref('suppliers') }}
),

final as (
    select
        products.supplier_id,
        products.product_id,
        cast(suppliers.reliability_score as double) as reliability,
        products._source_file,
        products._source_line,
        products._batch_id
    from products
    left join suppliers
        on products.supplier_id = suppliers.supplier_id
    where products.supplier_id is not null
)

select * from final
