with

reviews as (
    select * from {{ ref('int_reviews_current') }}
    where is_present
        and review_text is not null
),

lexicon as (
    select * from {{ ref('sentiment_lexicon') }}
),

-- the end of a clause becomes a word of its own, so that a negation reaches no further
spelled as (
    select
        review_id,
        replace({{ lower_case('review_text') }}, '’', {{ text_literal("'") }}) as spelled_text
    from reviews
),

marked as (
    select
        review_id,
        {{ replace_all('spelled_text', '[.,;:!?()]+|[ ]+-+[ ]+|\\bbut\\b', ' | ') }} as marked_text
    from spelled
),

tokenised as (
    select
        review_id,
        trim({{ replace_all('marked_text', "[^a-z'|]+", ' ') }}) as tokens
    from marked
),

words as (
    {{- split_to_rows('tokenised', ['review_id'], 'tokens') }}
),

clauses as (
    select
        words.review_id,
        words.position,
        words.word,
        sum(case when words.word = '|' then 1 else 0 end) over (
            partition by words.review_id
            order by words.position
            rows between unbounded preceding and current row
        ) as clause
    from words
),

weighed as (
    select
        clauses.*,
        lexicon.kind,
        lexicon.weight
    from clauses
    left join lexicon
        -- quotation marks around a word are no part of it
        on trim(both {{ text_literal("'") }} from clauses.word) = lexicon.word
),

negated as (
    select
        weighed.*,
        max(case when kind = 'negator' then 1 else 0 end) over (
            partition by review_id, clause
            order by position
            rows between 3 preceding and 1 preceding
        ) as is_negated
    from weighed
),

final as (
    select
        review_id,
        cast(count(*) as {{ sql_type('integer') }}) as sentiment_words,
        cast({{ rounded('avg(case when is_negated = 1 then -weight else weight end)') }} as {{ sql_type('decimal') }})
            as sentiment_score
    from negated
    where kind = 'sentiment'
    group by review_id
)

select * from final
