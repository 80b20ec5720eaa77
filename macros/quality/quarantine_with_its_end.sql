{# The quarantine of a feed, with the first and the last batch in which the key was quarantined, and the first later batch
   that delivered it valid. A repeat is resolved by its twin of the same batch. What has no key that can be read is told
   apart by its raw text, and is never known to be resolved. #}
{% macro quarantine_with_its_end(feed) %}
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
        case
            when quarantined.reasons = '{{ feed }}.row.repeat' then quarantined.batch_id
            else resolutions.batch_id
        end as resolved_by_batch_id,
        case
            when quarantined.found_in = 'landing' then null
            else quarantined.reasons = '{{ feed }}.row.repeat' or resolutions.batch_id is not null
        end as is_resolved
    from {{ ref('stg_commerce__' ~ feed ~ '_quarantine') }} as quarantined
    left join (
        select record_key, quarantined_in, batch_id
        from (
            select
                broken.record_key,
                broken.batch_id as quarantined_in,
                mended_in.batch_id,
                row_number() over (
                    partition by broken.record_key, broken.batch_id order by mended_in.batch_number
                ) as place
            from (
                select distinct record_key, batch_id
                from {{ ref('stg_commerce__' ~ feed ~ '_quarantine') }}
                where record_key is not null
            ) as broken
            inner join {{ ref('batches_taken') }} as broken_in
                on broken.batch_id = broken_in.batch_id
            inner join {{ ref('stg_commerce__' ~ feed) }} as mended
                on broken.record_key = {{ typed_key(feed, 'mended.') }}
            inner join {{ ref('batches_taken') }} as mended_in
                on mended._batch_id = mended_in.batch_id
                and mended_in.batch_number > broken_in.batch_number
        ) as deliveries
        where place = 1
    ) as resolutions
        on quarantined.record_key = resolutions.record_key
        and quarantined.batch_id = resolutions.quarantined_in
    window same_record as (
        partition by coalesce(quarantined.record_key, quarantined.raw_record)
    )
{% endmacro %}


{# The key of a valid record as `record_key` writes it. #}
{% macro typed_key(feed, prefix='') -%}
    concat_ws('|'
    {%- for name in declared(feed).key %}, cast({{ prefix }}{{ name }} as {{ sql_type('string') }}){% endfor -%}
    )
{%- endmacro %}
