with

current_reviews as (
    select * from {{ ref('int_reviews_current') }}
    where is_present
),

scored as (
    select * from {{ ref('int_reviews_scored') }}
),

final as (
    select
        reviews.review_id,
        reviews.customer_id,
        reviews.product_id,
        reviews.rating,
        reviews.review_text,
        reviews.review_date,
        case
            when reviews.review_text is not null then coalesce(scored.sentiment_score, 0)
        end as sentiment_score,
        case
            when reviews.review_text is null then null
            when scored.sentiment_score > 0 then 'positive'
            when scored.sentiment_score < 0 then 'negative'
            else 'neutral'
        end as sentiment,
        coalesce(scored.sentiment_words, 0) as sentiment_words,
        reviews._source_file,
        reviews._source_line,
        reviews._batch_id
    from current_reviews as reviews
    left join scored
        on reviews.review_id = scored.review_id
)

select * from final
