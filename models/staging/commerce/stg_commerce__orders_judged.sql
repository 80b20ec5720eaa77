{{ config(
    materialized='incremental',
    incremental_strategy='replace_batch',
    on_schema_change='append_new_columns',
) }}

{{ judge_records('orders', fallbacks={'unit_price': exact_quotient('order_amount', 'quantity')}) }}
