with

current_inventory as (
    select * from {{ ref('int_inventory_current') }}
    where is_present
),

final as (
    select
        product_id,
        warehouse_id,
        warehouse_name,
        location,
        stock_quantity,
        reserved_quantity,
        coalesce(available_quantity, stock_quantity - coalesce(reserved_quantity, 0)) as available_quantity,
        reorder_level,
        coalesce(stock_quantity <= reorder_level, false) as needs_reorder,
        stock_status,
        last_restocked,
        last_audit,
        _source_file,
        _source_line,
        _batch_id
    from current_inventory
)

select * from final
