{# Every record of a feed in the batches of this run, typed and judged in one pass: `_failed_rules` is null for the
   valid ones. `fallbacks` maps a column to the expression that stands in where the record gives none. #}
{% macro judge_records(feed, fallbacks={}) %}
{%- do check_feeds(feed) -%}
{%- set key = declared(feed).key -%}
with

batches as (
    select batch_id
    from {{ ref('batches_to_judge') }}
    {%- if is_incremental() %}
    where is_open
    {%- endif %}
),

batch_files as (
    select batch_id, source_file, concat(',', replace(absent_columns, ' ', ''), ',') as absent_columns
    from {{ source('ops', 'batch_files') }}
    where feed = '{{ feed }}'
),

landed as (
    select
        {{ raw_columns(feed, 'bronze.') }},
        {%- for name, column in var('lineage').items() %}
        cast(bronze.{{ name }} as {{ sql_type(column.type) }}) as {{ name }},
        {%- endfor %}
        coalesce(batch_files.absent_columns, '') as _absent_columns
    from {{ source('bronze', feed) }} as bronze
    inner join batches
        on bronze._batch_id = batches.batch_id
    left join batch_files
        on bronze._batch_id = batch_files.batch_id
        and bronze._source_file = batch_files.source_file
),

cleaned as (
    select
        landed.*,
        {{ text_columns(feed) }}
    from landed
),

typed as (
    select
        cleaned.*,
        {{ typed_columns(feed, fallbacks) }}
    from cleaned
),
{% if fallbacks %}
completed as (
    select
        typed.*,
        {%- for name, expression in fallbacks.items() %}
        case when text__{{ name }} is null
            then try_cast({{ expression }} as {{ sql_type(declared(feed).columns[name].type) }})
            else given__{{ name }}
        end as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from typed
),
{% endif %}
-- the same key twice in one batch: the same record again, or records that contradict each other
compared as (
    select
        records.*,
        min(_record_hash) over same_key <> max(_record_hash) over same_key as _records_differ,
        row_number() over (
            partition by _batch_id, {{ key | join(', ') }}
            order by _source_file, _source_line, _record_hash
        ) as _occurrence,
        {% for name in key %}{{ name }} is not null{{ ' and ' if not loop.last }}{% endfor %} as _has_key
    from {{ 'completed' if fallbacks else 'typed' }} as records
    window same_key as (partition by _batch_id, {{ key | join(', ') }})
),

flagged as (
    select
        compared.*,
        _has_key and _records_differ as _key_conflicts,
        _has_key and not _records_differ and _occurrence > 1 as _row_repeats
    from compared
),

judged as (
    select
        flagged.*,
        {{ failed_rules(feed, 'error') }} as _failed_rules,
        {{ failed_rules(feed, 'warn') }} as _warned_rules
    from flagged
),

final as (
    select
        {{ feed_columns(feed) }},
        {{ business_hash(feed) }} as _business_hash,
        _failed_rules,
        _warned_rules,
        -- one without any part of a key has none, so that nobody takes it for another
        case when _failed_rules is not null and coalesce(
            {%- for name in key if not has_default(declared(feed).columns[name]) %}
            cast({{ name }} as {{ sql_type('string') }}), text__{{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
            ) is not null
            then {{ record_key(feed) }}
        end as _record_key,
        case when _failed_rules is not null then {{ raw_record(feed) }} end as _raw_record,
        {{ lineage_columns() }}
    from judged
)

select * from final
{% endmacro %}


{# The record as it landed, as a JSON object. #}
{% macro raw_record(feed) -%}
    {%- set members = {} -%}
    {%- for name in declared(feed).columns -%}{%- do members.update({name: 'raw__' ~ name}) -%}{%- endfor -%}
    {{ json_object_text(members) }}
{%- endmacro %}
