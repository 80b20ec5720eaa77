with

batches_taken as (
    select * from {{ ref('batches_taken') }}
),

batch_files as (
    select * from {{ source('ops', 'batch_files') }}
),

quarantined_records as (
    select * from {{ ref('quarantined_records') }}
),

valid_records as (
    {%- for feed in var('feeds') %}
    select _batch_id as batch_id, '{{ feed }}' as feed, _warned_rules from {{ ref('stg_commerce__' ~ feed) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

entries as (
    select batch_id, feed, records_read, 0 as valid, 0 as warned, 0 as quarantined, 0 as rejected
    from batch_files

    union all

    select batch_id, feed, 0, count(*), count(_warned_rules), 0, 0
    from valid_records
    group by batch_id, feed

    union all

    select
        batch_id,
        feed,
        0,
        0,
        0,
        count(*),
        count(case when found_in = 'landing' then 1 end)
    from quarantined_records
    group by batch_id, feed
),

sums as (
    select
        batch_id,
        feed,
        cast(sum(records_read) as {{ sql_type('integer') }}) as records_read,
        cast(sum(valid) as {{ sql_type('integer') }}) as records_valid,
        cast(sum(warned) as {{ sql_type('integer') }}) as records_warned,
        cast(sum(quarantined) as {{ sql_type('integer') }}) as records_quarantined,
        cast(sum(rejected) as {{ sql_type('integer') }}) as records_rejected
    from entries
    group by batch_id, feed
),

final as (
    select
        sums.batch_id,
        batches_taken.batch_date,
        sums.feed,
        sums.records_read,
        sums.records_valid,
        sums.records_warned,
        sums.records_quarantined,
        sums.records_rejected,
        coalesce(sums.records_read = sums.records_valid + sums.records_quarantined, false) as is_balanced
    from sums
    inner join batches_taken
        on sums.batch_id = batches_taken.batch_id
)

select * from final
