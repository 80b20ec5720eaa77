{{ config(materialized='view') }}

{{ versions('products') }}
