{{ config(unique_key=declared('reviews').key) }}

{{ current_versions('reviews', catches_up=true) }}
