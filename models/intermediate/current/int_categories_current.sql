{{ config(unique_key=['category_id']) }}

{{ current_versions('categories', catches_up=true) }}
