{{ config(unique_key=['product_id']) }}

{{ current_versions('products') }}
