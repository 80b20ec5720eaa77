with

current_shipping as (
    select * from {{ ref('int_shipping_current') }}
    where is_present
),

final as (
    select
        order_id,
        tracking_number,
        carrier,
        service_type,
        origin_warehouse,
        destination_address,
        shipping_cost,
        currency,
        estimated_delivery,
        actual_delivery,
        cast(
            {{ dbt.datediff('estimated_delivery', 'actual_delivery', 'day') }} as {{ sql_type('integer') }}
        ) as days_late,
        shipping_status,
        package_weight,
        package_dimensions,
        insurance_value,
        _source_file,
        _source_line,
        _batch_id
    from current_shipping
)

select * from final
