{{ config(materialized='view') }}

{{ versions('shipping') }}
