with

reviews as (
    select * from {{ ref('reviews') }}
),

final as (
    select
        customer_id,
        product_id,
        review_id,
        cast(rating as double) as rating,
        review_text as text,
        sentiment,
        _source_file,
        _source_line,
        _batch_id
    from reviews
)

select * from final
