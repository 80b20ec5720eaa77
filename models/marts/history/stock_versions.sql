{{ config(materialized='view') }}

{{ versions('inventory') }}
