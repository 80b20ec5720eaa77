{{ config(unique_key=['order_id', 'line_number']) }}

{{ current_versions('orders') }}
