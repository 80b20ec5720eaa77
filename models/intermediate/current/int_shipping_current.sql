{{ config(unique_key=['order_id', 'tracking_number']) }}

{{ current_versions('shipping') }}
