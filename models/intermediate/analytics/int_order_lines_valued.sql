{%- do check_analytics() -%}
{%- set settings = var('analytics') -%}
with

-- named one by one: what a user's orders have beside may be called as something below
order_lines as (
    select
        order_id,
        line_number,
        customer_id,
        product_id,
        order_date,
        created_timestamp,
        order_status,
        payment_method,
        quantity,
        unit_price,
        order_amount,
        currency,
        upper(currency) as currency_code,
        _source_file,
        _source_line,
        _batch_id
    from {{ ref('int_orders_current') }}
    where is_present
),

-- also those that have left: what was sold of them keeps its category and its cost
products as (
    select
        product_id,
        product_name,
        category,
        subcategory,
        brand,
        cost,
        upper(currency) as currency_code
    from {{ ref('int_products_current') }}
),

currencies as (
    select
        currency_code,
        row_number() over (order by count(*) desc, currency_code) as choice
    from order_lines
    where currency_code is not null
    group by currency_code
),

-- one row, also where no line names a currency
reporting as (
    {%- if settings.reporting_currency %}
    select {{ text_literal(settings.reporting_currency | upper) }} as currency_code
    {%- else %}
    select max(currency_code) as currency_code
    from currencies
    where choice = 1
    {%- endif %}
),

joined as (
    select
        order_lines.*,
        products.product_name,
        products.category,
        products.subcategory,
        products.brand,
        products.product_id is not null as is_product_known,
        -- a cost counts only beside an amount of its own currency
        case
            when coalesce(products.currency_code, order_lines.currency_code, '')
                = coalesce(order_lines.currency_code, products.currency_code, '')
                then products.cost
        end as unit_cost,
        reporting.currency_code as reporting_currency,
        {{ exchange_rate('order_lines.currency_code', 'reporting.currency_code') }} as exchange_rate,
        coalesce({{ lower_case('order_lines.order_status') }} in (''
            {%- for status in settings.excluded_statuses %}, {{ text_literal(status | lower) }}{% endfor -%}
        ), false) as is_excluded
    from order_lines
    cross join reporting
    left join products
        on order_lines.product_id = products.product_id
),

valued as (
    select
        joined.*,
        exchange_rate is not null as is_convertible,
        -- in a type whose product with a rate every engine holds to the last digit
        {{ money('cast(order_amount as decimal(19,4)) * exchange_rate') }} as reported_amount,
        case when unit_cost is null or quantity is null then 'default' else 'cost' end as margin_source,
        {{ money('quantity * ' ~ money('unit_cost')) }} as cost_amount
    from joined
),

final as (
    select
        order_id,
        line_number,
        customer_id,
        product_id,
        order_date,
        created_timestamp,
        order_status,
        payment_method,
        quantity,
        unit_price,
        order_amount as amount,
        currency,
        reporting_currency,
        is_excluded,
        is_convertible,
        is_product_known,
        product_name,
        case
            when is_product_known then coalesce(category, 'Uncategorised')
            else 'Unknown Product'
        end as category,
        subcategory,
        brand,
        unit_cost,
        margin_source,
        case margin_source
            when 'cost' then {{ ratio('order_amount - cost_amount', 'order_amount') }}
            else {{ money(settings.default_margin) }}
        end as profit_margin,
        reported_amount,
        case when is_excluded then {{ money(0) }} else reported_amount end as revenue,
        case
            when is_excluded then {{ money(0) }}
            when margin_source = 'cost' then reported_amount - {{ money('cost_amount * exchange_rate') }}
            else {{ money('reported_amount * cast(' ~ settings.default_margin ~ ' as decimal(18,4))') }}
        end as profit,
        _source_file,
        _source_line,
        _batch_id
    from valued
)

select * from final
