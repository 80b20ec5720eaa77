with

categories as (
    select * from {{ ref('categories') }}
),

final as (
    select
        category_id,
        category_name as name,
        description,
        category_path as path,
        depth,
        is_active as active,
        _source_file,
        _source_line,
        _batch_id
    from categories
)

select * from final
