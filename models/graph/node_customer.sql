with

customers as (
    select * from {{ ref('customers') }}
),

final as (
    select
        customer_id,
        full_name as name,
        email,
        gender,
        date_of_birth,
        -- an age that follows from the date of birth would change the node on every birthday
        case when date_of_birth is null then age end as age,
        city,
        country,
        customer_segment as segment,
        customer_tier as tier,
        preferences,
        registration_date,
        _source_file,
        _source_line,
        _batch_id
    from customers
)

select * from final
