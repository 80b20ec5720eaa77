with

products as (
    select distinct
        {{ lower_case('category') }} as category,
        {{ lower_case('subcategory') }} as subcategory
    from {{ ref('int_products_current') }}
    where is_present
        and (category is not null or subcategory is not null)
),

categories as (
    select * from {{ ref('int_categories_placed') }}
),

-- the subcategory where it names a category below the product's own, else the category itself
candidates as (
    select
        products.category,
        products.subcategory,
        categories.category_id,
        1 as preference,
        categories.depth
    from products
    inner join categories
        on products.subcategory = {{ lower_case('categories.category_name') }}
    where products.category is null
        or products.category in (
            categories.ancestor_1_name,
            categories.ancestor_2_name,
            categories.ancestor_3_name,
            categories.ancestor_4_name,
            categories.ancestor_5_name
        )

    union all

    select
        products.category,
        products.subcategory,
        categories.category_id,
        2 as preference,
        categories.depth
    from products
    inner join categories
        on products.category = {{ lower_case('categories.category_name') }}
),

ranked as (
    select
        candidates.*,
        row_number() over (
            partition by category, subcategory
            order by preference, depth, category_id
        ) as choice
    from candidates
),

final as (
    select
        category,
        subcategory,
        category_id
    from ranked
    where choice = 1
)

select * from final
