{{ config(unique_key=declared('categories').key) }}

{{ current_versions('categories', catches_up=true) }}
