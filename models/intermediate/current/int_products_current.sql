{{ config(unique_key=declared('products').key) }}

{{ current_versions('products') }}
