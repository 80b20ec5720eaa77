{{ config(
    materialized='incremental',
    incremental_strategy='replace_batch',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ require_judged() }}",
) }}
{%- set amount = declared_check('order_amount_out_of_range') -%}
{%- set price = declared_check('order_amount_differs_from_price') -%}
{%- set cost = declared_check('shipping_cost_out_of_range') -%}
{%- set premium = declared_check('premium_customer_low_order') -%}
{%- set hours = declared_check('order_outside_business_hours') -%}
{%- set shipped = declared_check('orders_without_shipping') -%}
{%- set quarantined = declared_check('records_quarantined') -%}
{#- what is checked of every order line, and of which of them it is checked -#}
{%- set line_checks = {
    'orders_without_customer': {
        'applies': 'known_counts.customers > 0', 'is_broken': 'known_customer_id is null',
    },
    'orders_without_product': {
        'applies': 'known_counts.products > 0', 'is_broken': 'known_product_id is null',
    },
    'order_amount_out_of_range': {
        'is_broken': 'order_amount < ' ~ amount.min ~ ' or order_amount > ' ~ amount.max,
    },
    'order_of_discontinued_product': {'is_broken': 'is_discontinued'},
    'order_amount_differs_from_price': {
        'applies': 'price is not null and not currencies_differ',
        'is_broken': 'abs(order_amount - quantity * price) > ' ~ price.difference,
    },
    'premium_customer_low_order': {'applies': 'is_premium', 'is_broken': 'order_amount < ' ~ premium.min},
    'order_outside_business_hours': {
        'applies': 'created_timestamp is not null',
        'is_broken': 'extract(hour from created_timestamp) < ' ~ hours.from_hour
            ~ ' or extract(hour from created_timestamp) > ' ~ hours.to_hour
            ~ ' or (extract(hour from created_timestamp) = ' ~ hours.to_hour
            ~ ' and created_timestamp > ' ~ dbt.date_trunc('hour', 'created_timestamp') ~ ')',
    },
} -%}
{#- the ids of all that `findings` holds -#}
{%- set computed = line_checks.keys() | list + [
    'orders_without_shipping', 'customers_without_orders', 'shipping_cost_out_of_range', 'products_without_inventory',
    'product_stock_differs_from_inventory', 'records_unaccounted', 'records_quarantined',
] -%}

with

batch_in_progress as (
    select * from {{ ref('batch_in_progress') }}
),

batch_files as (
    select batch_files.*
    from {{ source('ops', 'batch_files') }} as batch_files
    inner join batch_in_progress
        on batch_files.batch_id = batch_in_progress.batch_id
),

orders_delivered as (
    select
        orders.order_id,
        orders.line_number,
        orders.customer_id,
        orders.product_id,
        orders.quantity,
        orders.order_amount,
        orders.currency,
        orders.order_status,
        orders.created_timestamp
    from {{ ref('stg_commerce__orders') }} as orders
    inner join batch_in_progress
        on orders._batch_id = batch_in_progress.batch_id
),

shipping_delivered as (
    select shipping.order_id, shipping.tracking_number, shipping.shipping_cost
    from {{ ref('stg_commerce__shipping') }} as shipping
    inner join batch_in_progress
        on shipping._batch_id = batch_in_progress.batch_id
),

known_customers as (
    {{- known('customers') }}
),

known_products as (
    {{- known('products') }}
),

known_orders as (
    {{- known('orders') }}
),

known_inventory as (
    {{- known('inventory') }}
),

known_shipping as (
    {{- known('shipping') }}
),

lines as (
    select
        orders_delivered.*,
        concat_ws('|', orders_delivered.order_id, cast(orders_delivered.line_number as {{ sql_type('string') }})) as record_key,
        known_customers.customer_id as known_customer_id,
        {{ lower_case('known_customers.customer_tier') }} in ({{ lower_literals(premium.tiers) }}) as is_premium,
        known_products.product_id as known_product_id,
        known_products.price,
        coalesce({{ lower_case('known_products.currency') }} <> {{ lower_case('orders_delivered.currency') }}, false) as currencies_differ,
        coalesce(known_products.discontinued, false) as is_discontinued
    from orders_delivered
    left join known_customers
        on orders_delivered.customer_id = known_customers.customer_id
    left join known_products
        on orders_delivered.product_id = known_products.product_id
),

-- a check says nothing of a feed that is not delivered at all
known_counts as (
    select
        (select count(*) from known_customers) as customers,
        (select count(*) from known_products) as products
),

-- an order is sent once any of its lines says so
orders_to_ship as (
    select distinct order_id
    from orders_delivered
    where coalesce({{ lower_case('order_status') }}, '') not in ({{ lower_literals(shipped.awaited_statuses) }})
),

shipped_orders as (
    select distinct order_id from known_shipping
),

buyers as (
    select distinct customer_id from known_orders
),

stock as (
    select product_id, sum(stock_quantity) as stock_quantity
    from known_inventory
    group by product_id
),

accounts as (
    select
        feed,
        sum(records_read) as records_read,
        sum(records_judged) as records_judged,
        sum(records_quarantined) as records_quarantined
    from (
        select feed, records_read, records_rejected as records_judged, records_rejected as records_quarantined
        from batch_files
        {%- for feed in var('feeds') %}
        union all
        select
            '{{ feed }}' as feed,
            0 as records_read,
            count(*) as records_judged,
            count(case when judged._failed_rules <> '{{ feed }}.row.repeat' then 1 end) as records_quarantined
        from {{ ref('stg_commerce__' ~ feed ~ '_judged') }} as judged
        inner join batch_in_progress
            on judged._batch_id = batch_in_progress.batch_id
        {%- endfor %}
    ) as entries
    group by feed
),

-- one pass over the lines for all of their checks, and one over the accounts: an engine that reads a CTE anew each time it is
-- named would join them once per check, and Athena refuses a query of so many stages
line_findings as (
    select
        names.check_id,
        lines.record_key,
        case names.check_id
            {%- for id, check in line_checks.items() %}
            when '{{ id }}' then {{ check.is_broken }}
            {%- endfor %}
        end as is_broken
    from lines
    cross join known_counts
    cross join (
        {%- for id in line_checks %}
        select '{{ id }}' as check_id{{ ' union all' if not loop.last }}
        {%- endfor %}
    ) as names
    where case names.check_id
            {%- for id, check in line_checks.items() if check.applies %}
            when '{{ id }}' then {{ check.applies }}
            {%- endfor %}
            else true
        end
),

findings as (
    select check_id, record_key, is_broken, 1 as weight
    from line_findings

    union all

    select 'orders_without_shipping', orders_to_ship.order_id, shipped_orders.order_id is null, 1
    from orders_to_ship
    left join shipped_orders
        on orders_to_ship.order_id = shipped_orders.order_id
    where exists (select 1 from shipped_orders)

    union all

    select 'customers_without_orders', known_customers.customer_id, buyers.customer_id is null, 1
    from known_customers
    left join buyers
        on known_customers.customer_id = buyers.customer_id
    where exists (select 1 from buyers)

    union all

    select
        'shipping_cost_out_of_range',
        concat_ws('|', order_id, tracking_number),
        shipping_cost < {{ cost.min }} or shipping_cost > {{ cost.max }},
        1
    from shipping_delivered
    where shipping_cost is not null

    union all

    select 'products_without_inventory', known_products.product_id, stock.product_id is null, 1
    from known_products
    left join stock
        on known_products.product_id = stock.product_id
    where exists (select 1 from stock)

    union all

    select
        'product_stock_differs_from_inventory',
        known_products.product_id,
        known_products.stock_quantity <> stock.stock_quantity,
        1
    from known_products
    inner join stock
        on known_products.product_id = stock.product_id
    where known_products.stock_quantity is not null
        and stock.stock_quantity is not null

    union all

    select
        names.check_id,
        accounts.feed,
        case names.check_id
            when 'records_quarantined' then accounts.records_quarantined > {{ quarantined.max_share }} * accounts.records_read
            else names.is_unaccounted
        end,
        case
            when names.check_id = 'records_quarantined' then 1
            when names.is_unaccounted then abs(accounts.records_read - accounts.records_judged)
            else least(accounts.records_read, accounts.records_judged)
        end
    from accounts
    cross join (
        select 'records_unaccounted' as check_id, false as is_unaccounted
        union all
        select 'records_unaccounted', true
        union all
        select 'records_quarantined', cast(null as {{ sql_type('boolean') }})
    ) as names
    where case
            when names.check_id = 'records_quarantined' then accounts.records_read >= {{ quarantined.min_records }}
            when names.is_unaccounted then accounts.records_read <> accounts.records_judged
            else true
        end
),

sums as (
    {{ summed_checks('findings') }}
),

declared as (
    {{- declared_checks(computed) }}
),

cross_checks as (
    select
        declared.check_id,
        'batch_checks' as source,
        cast(null as {{ sql_type('string') }}) as subject,
        declared.declared_severity,
        coalesce(sums.checked, 0) as checked,
        coalesce(sums.broken, 0) as broken,
        coalesce(
            cast(sums.broken as {{ sql_type('double') }}) / nullif(sums.checked, 0), 0
        ) as share,
        declared.tolerance,
        declared.description,
        sums.sample_keys
    from declared
    left join sums
        on declared.check_id = sums.check_id
),

drop_contract as (
    select
        {{ drop_contract_columns() }}
    from {{ source('ops', 'expectation_results') }} as expectation_results
    inner join batch_in_progress
        on expectation_results.batch_id = batch_in_progress.batch_id
    where expectation_results.stage = 'drop'
),

results as (
    select * from cross_checks
    union all
    select * from drop_contract
),

final as (
    select
        batch_in_progress.batch_id as _batch_id,
        batch_in_progress.batch_date,
        results.check_id,
        results.source,
        results.subject,
        case
            when results.broken > results.tolerance * results.checked then results.declared_severity
            else 'NONE'
        end as severity,
        results.declared_severity,
        cast(results.checked as {{ sql_type('integer') }}) as checked,
        cast(results.broken as {{ sql_type('integer') }}) as broken,
        cast(results.share as {{ sql_type('double') }}) as share,
        results.tolerance,
        results.description,
        results.sample_keys
    from batch_in_progress
    cross join results
)

select * from final
