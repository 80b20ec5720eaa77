{{ config(materialized='view') }}

{{ versions('orders') }}
