{{ config(unique_key=['review_id']) }}

{{ current_versions('reviews', catches_up=true) }}
