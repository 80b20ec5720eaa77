{{ config(unique_key=declared('orders').key) }}

{{ current_versions('orders') }}
