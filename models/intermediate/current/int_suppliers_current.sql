{{ config(unique_key=['supplier_id']) }}

{{ current_versions('suppliers', catches_up=true) }}
