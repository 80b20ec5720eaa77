with

suppliers as (
    select * from {{ ref('suppliers') }}
),

final as (
    select
        supplier_id,
        supplier_name as name,
        country,
        contact_email,
        cast(reliability_score as double) as reliability,
        _source_file,
        _source_line,
        _batch_id
    from suppliers
)

select * from final
