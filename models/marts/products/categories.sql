with

current_categories as (
    select * from {{ ref('int_categories_current') }}
    where is_present
),

placed as (
    select * from {{ ref('int_categories_placed') }}
),

final as (
    select
        categories.category_id,
        categories.category_name,
        categories.description,
        categories.parent_category,
        placed.parent_category_id,
        cast(placed.depth as {{ sql_type('integer') }}) as depth,
        placed.category_path,
        placed.has_unknown_parent,
        placed.is_too_deep,
        categories.active as is_active,
        categories._source_file,
        categories._source_line,
        categories._batch_id
    from current_categories as categories
    inner join placed
        on categories.category_id = placed.category_id
)

select * from final
