{{ config(materialized='table') }}

with

visible_batches as (
    select * from {{ ref('visible_batches') }}
),

applied_batches as (
    select * from {{ source('ops', 'applied_batches') }}
)

{{ choose_batch('visible_batches', 'applied_batches') }}
