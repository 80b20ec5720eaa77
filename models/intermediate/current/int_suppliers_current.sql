{{ config(unique_key=declared('suppliers').key) }}

{{ current_versions('suppliers', catches_up=true) }}
