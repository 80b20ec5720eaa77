{{ config(unique_key=['supplier_id']) }}

{{ current_versions('suppliers') }}
