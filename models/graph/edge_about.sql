with

reviews as (
    select * from {{ ref('reviews') }}
),

final as (
    select
        review_id,
        product_id,
        _source_file,
        _source_line,
        _batch_id
    from reviews
)

select * from final
