{{ config(unique_key=declared('inventory').key) }}

{{ current_versions('inventory') }}
