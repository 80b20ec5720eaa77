with

categories as (
    select * from {{ ref('categories') }}
),

-- a name that no category has stays as a row without parent_category_id, which the loader rejects by name
final as (
    select
        category_id,
        parent_category_id,
        _source_file,
        _source_line,
        _batch_id
    from categories
    where parent_category is not null
)

select * from final
