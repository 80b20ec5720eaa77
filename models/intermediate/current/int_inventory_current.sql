{{ config(unique_key=['product_id', 'warehouse_id']) }}

{{ current_versions('inventory') }}
