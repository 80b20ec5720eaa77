{{ config(materialized='view') }}

with

python_steps as (
    select * from {{ source('ops', 'processing_log') }}
),

dbt_steps as (
    select * from {{ source('ops', 'dbt_steps') }}
),

final as (
    select
        {{ listed(var('ops_tables').processing_log) }}
    from python_steps

    union all

    select
        {{ listed(var('ops_tables').processing_log) }}
    from dbt_steps
)

select * from final
