with

reviews as (
    select * from {{ ref('reviews') }}
),

final as (
    select
        review_id,
        cast(rating as double) as rating,
        review_text as text,
        review_date,
        sentiment,
        cast(sentiment_score as double) as sentiment_score,
        _source_file,
        _source_line,
        _batch_id
    from reviews
)

select * from final
