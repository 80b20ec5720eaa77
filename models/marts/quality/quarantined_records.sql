{#- all feeds at once: an engine plans one join of them sooner than one for each -#}
with

batches_taken as (
    select * from {{ ref('batches_taken') }}
),

quarantined as (
    {%- for feed in var('feeds') %}
    select * from {{ ref('stg_commerce__' ~ feed ~ '_quarantine') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

valid as (
    {%- for feed in var('feeds') %}
    select '{{ feed }}' as feed, {{ typed_key(feed) }} as record_key, _batch_id as batch_id
    from {{ ref('stg_commerce__' ~ feed) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- what has no key that can be read is never known to be resolved
broken as (
    select distinct feed, record_key, batch_id
    from quarantined
    where record_key is not null
),

-- the later batches that delivered a broken key valid
mended as (
    select
        broken.feed,
        broken.record_key,
        broken.batch_id as quarantined_in,
        mended_in.batch_id,
        row_number() over (
            partition by broken.feed, broken.record_key, broken.batch_id
            order by mended_in.batch_number
        ) as place
    from broken
    inner join batches_taken as broken_in
        on broken.batch_id = broken_in.batch_id
    inner join valid
        on broken.feed = valid.feed
        and broken.record_key = valid.record_key
    inner join batches_taken as mended_in
        on valid.batch_id = mended_in.batch_id
        and broken_in.batch_number < mended_in.batch_number
),

resolutions as (
    select feed, record_key, quarantined_in, batch_id
    from mended
    where place = 1
),

final as (
    select
        quarantined.feed,
        quarantined.batch_id,
        quarantined.batch_date,
        quarantined.found_in,
        quarantined.reasons,
        quarantined.warnings,
        quarantined.record_key,
        quarantined.raw_record,
        quarantined.source_file,
        quarantined.source_line,
        quarantined.record_hash,
        min(quarantined.batch_date) over same_record as first_seen,
        max(quarantined.batch_date) over same_record as last_seen,
        -- a repeat is resolved by its twin of the same batch
        case
            when quarantined.reasons = concat(quarantined.feed, '.row.repeat') then quarantined.batch_id
            else resolutions.batch_id
        end as resolved_by_batch_id,
        case
            when quarantined.found_in = 'landing' then null
            else quarantined.reasons = concat(quarantined.feed, '.row.repeat') or resolutions.batch_id is not null
        end as is_resolved
    from quarantined
    left join resolutions
        on quarantined.feed = resolutions.feed
        and quarantined.record_key = resolutions.record_key
        and quarantined.batch_id = resolutions.quarantined_in
    -- without a key that can be read, records are told apart by their raw text
    window same_record as (
        partition by quarantined.feed, coalesce(quarantined.record_key, quarantined.raw_record)
    )
)

select * from final
