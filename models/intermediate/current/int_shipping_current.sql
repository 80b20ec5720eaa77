{{ config(unique_key=declared('shipping').key) }}

{{ current_versions('shipping') }}
