{# The records of a feed that broke no rule of severity `error`, typed. #}
{% macro valid_records(feed) %}
select
    {{ listed(declared(feed).columns) }},
    _business_hash,
    _warned_rules,
    {{ lineage_columns() }}
from {{ ref('stg_commerce__' ~ feed ~ '_judged') }}
where _failed_rules is null
    and _batch_id in (select batch_id from {{ ref('batches_taken') }})
{% endmacro %}


{# The records of a feed that are not valid: those that broke a rule, and those that landing could not read. #}
{% macro quarantined_records(feed) %}
with

judged as (
    select * from {{ ref('stg_commerce__' ~ feed ~ '_judged') }}
),

rejected_records as (
    select * from {{ source('ops', 'rejected_records') }}
),

batches_taken as (
    select * from {{ ref('batches_taken') }}
),

final as (
    select
        '{{ feed }}' as feed,
        _batch_id as batch_id,
        _batch_date as batch_date,
        'staging' as found_in,
        _failed_rules as reasons,
        _warned_rules as warnings,
        _record_key as record_key,
        _raw_record as raw_record,
        _source_file as source_file,
        _source_line as source_line,
        _record_hash as record_hash
    from judged
    where _failed_rules is not null
        and _batch_id in (select batch_id from batches_taken)

    union all

    select
        rejected_records.feed,
        rejected_records.batch_id,
        batches_taken.batch_date,
        'landing' as found_in,
        rejected_records.reason as reasons,
        cast(null as {{ sql_type('string') }}) as warnings,
        cast(null as {{ sql_type('string') }}) as record_key,
        rejected_records.raw_text as raw_record,
        rejected_records.source_file,
        rejected_records.source_line,
        cast(null as {{ sql_type('string') }}) as record_hash
    from rejected_records
    inner join batches_taken
        on rejected_records.batch_id = batches_taken.batch_id
    where rejected_records.feed = '{{ feed }}'
)

select * from final
{% endmacro %}
