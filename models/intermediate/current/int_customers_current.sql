{{ config(unique_key=['customer_id']) }}

{{ current_versions('customers') }}
