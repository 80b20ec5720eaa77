{{ config(unique_key=declared('customers').key) }}

{{ current_versions('customers') }}
