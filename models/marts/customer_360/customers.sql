with

current_customers as (
    select * from {{ ref('int_customers_current') }}
    where is_present
),

batch_as_of as (
    select * from {{ ref('batch_as_of') }}
),

orders as (
    select * from {{ ref('orders') }}
),

reviews as (
    select * from {{ ref('reviews') }}
),

purchases as (
    select
        customer_id,
        count(*) as order_count,
        sum(order_amount) as total_spent,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from orders
    group by customer_id
),

opinions as (
    select
        customer_id,
        count(*) as review_count
    from reviews
    group by customer_id
),

final as (
    select
        customers.customer_id,
        coalesce(
            customers.full_name,
            nullif(concat_ws(' ', customers.first_name, customers.last_name), '')
        ) as full_name,
        customers.first_name,
        customers.last_name,
        customers.email,
        customers.phone,
        customers.gender,
        customers.date_of_birth,
        cast(coalesce(
            {{ age_in_years('customers.date_of_birth', 'batch_as_of.batch_date') }},
            customers.age
        ) as {{ sql_type('integer') }}) as age,
        customers.address,
        customers.city,
        customers.state,
        customers.zip_code,
        customers.country,
        customers.customer_tier,
        customers.customer_segment,
        customers.preferences,
        customers.registration_date,
        customers.last_login,
        coalesce(purchases.order_count, 0) as order_count,
        cast(coalesce(purchases.total_spent, 0) as {{ sql_type('decimal') }}) as total_spent,
        purchases.first_order_date,
        purchases.last_order_date,
        coalesce(opinions.review_count, 0) as review_count,
        customers._source_file,
        customers._source_line,
        customers._batch_id
    from current_customers as customers
    cross join batch_as_of
    left join purchases
        on customers.customer_id = purchases.customer_id
    left join opinions
        on customers.customer_id = opinions.customer_id
)

select * from final
