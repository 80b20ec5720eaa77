{{ config(materialized='view') }}

{{ versions('customers') }}
