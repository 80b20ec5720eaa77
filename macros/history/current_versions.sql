{# The latest valid version of every key of a feed, as of the batch in progress, and whether the key still is there.

   A full delivery holds every living record, so that a key which it lacks is gone; a delta says nothing of the others.
   A key counts as delivered when any record has it, valid or not, or when a record that landing could not read mentions
   it: a record that is broken today keeps its last valid version.

   Each part is named as rarely as can be: Spark and Trino work a subquery out anew wherever it is named.

   With `catches_up`, an incremental build takes in all batches since the last one in which it has seen anything, so that the
   batches between two others in a backfill can leave it out. #}
{% macro current_versions(feed, catches_up=false) %}
{%- set key = declared(feed).key -%}
with

visible_batches as (
    select * from {{ ref('visible_batches') }}
),

batches as (
    select admitted_batches.*
    from {{ ref('admitted_batches') }} as admitted_batches
    {%- if is_incremental() %}
    where admitted_batches.is_in_progress
    {%- if catches_up %}
        or admitted_batches.batch_number > (
            select coalesce(max(seen_batches.batch_number), 0)
            from {{ this }} as versions
            inner join visible_batches as seen_batches
                on versions._last_seen_batch_id = seen_batches.batch_id
        )
    {%- endif %}
    {%- endif %}
),

latest_full_delivery as (
    select coalesce(max(admitted_batches.batch_number), 0) as batch_number
    from {{ ref('admitted_batches') }} as admitted_batches
    inner join {{ source('ops', 'batch_files') }} as batch_files
        on admitted_batches.batch_id = batch_files.batch_id
    where batch_files.feed = '{{ feed }}'
        and batch_files.delivery = 'full'
        -- a full delivery of nothing is a fault of the delivery: it does not empty the feed
        and batch_files.records_read > 0
),

judged as (
    select {{ listed(key, 'judged.') }}, batches.batch_number
    from {{ ref('stg_commerce__' ~ feed ~ '_judged') }} as judged
    inner join batches
        on judged._batch_id = batches.batch_id
),

keys as (
    select {{ key | join(', ') }} from judged
    {%- if is_incremental() %}
    union all
    select {{ key | join(', ') }} from {{ this }}
    {%- endif %}
),

unreadable as (
    {{- unreadable_records('batches') }}
),

mentioned_words as (
    {{- words_of_unreadable(feed) }}
),

seen as (
    select {{ key | join(', ') }}, max(batch_number) as batch_number
    from (
        select {{ key | join(', ') }}, batch_number from judged

        union all

        select {{ listed(key, 'keys.') }}, mentioned_words.batch_number
        from keys
        inner join mentioned_words
            on {{ key_text('keys', key) }} = mentioned_words.word

        union all
        {{ keys_in_unreadable(feed, 'keys') }}
    ) as occurrences
    group by {{ key | join(', ') }}
),

came_or_known as (
    select
        {{ feed_columns(feed, 'records.') }},
        records._business_hash,
        {{ lineage_columns('records.') }},
        true as is_present,
        batches.effective_at,
        batches.batch_number,
        batches.batch_number as last_seen_number,
        0 as already_known
    from {{ ref('stg_commerce__' ~ feed) }} as records
    inner join batches
        on records._batch_id = batches.batch_id
    {%- if is_incremental() %}

    union all

    select
        {%- set lacking = columns_still_lacking(feed) %}
        {%- for name, column in declared(feed).columns.items() %}
        {{ 'cast(null as ' ~ sql_type(column.type) ~ ')' if name in lacking else 'versions.' ~ name }} as {{ name }},
        {%- endfor %}
        versions._business_hash,
        {{ lineage_columns('versions.') }},
        versions.is_present,
        own_batch.effective_at,
        coalesce(own_batch.batch_number, 0) as batch_number,
        coalesce(seen_batch.batch_number, 0) as last_seen_number,
        1 as already_known
    from {{ this }} as versions
    left join visible_batches as own_batch
        on versions._batch_id = own_batch.batch_id
    left join visible_batches as seen_batch
        on versions._last_seen_batch_id = seen_batch.batch_id
    {%- endif %}
),

-- what came, and what is known of the keys that came again and of those that the latest full delivery lacks
versions as (
    select
        came_or_known.*,
        seen.batch_number as seen_number,
        latest_full_delivery.batch_number as latest_full_number
    from came_or_known
    cross join latest_full_delivery
    left join seen
        on {{ same_key(feed, 'came_or_known', 'seen') }}
    where came_or_known.already_known = 0
        or seen.batch_number is not null
        or (came_or_known.is_present and came_or_known.last_seen_number < latest_full_delivery.batch_number)
),

ranked as (
    select
        versions.*,
        greatest(
            max(last_seen_number) over (partition by {{ key | join(', ') }}), coalesce(seen_number, 0)
        ) as newest_seen_number,
        row_number() over (
            partition by {{ key | join(', ') }}
            order by batch_number desc, already_known, _source_file, _source_line
        ) as recency
    from versions
),

final as (
    select
        {{ feed_columns(feed, 'ranked.') }},
        ranked._business_hash,
        ranked.newest_seen_number >= ranked.latest_full_number as is_present,
        ranked.effective_at,
        {{ lineage_columns('ranked.') }},
        seen_batch.batch_id as _last_seen_batch_id
    from ranked
    left join visible_batches as seen_batch
        on ranked.newest_seen_number = seen_batch.batch_number
    where ranked.recency = 1
)

select * from final
{% endmacro %}


{# The columns that a feed was given since its current versions were built. Between the batches of a backfill there are none: the
   build that began it has added them. What a unit test gives in place of the relation is a text, and lacks none. #}
{% macro columns_still_lacking(feed) %}
    {% set known = load_cached_relation(this) if execute and not is_history_only() and this is not string %}
    {% if not known %}{{ return([]) }}{% endif %}
    {% set there = adapter.get_columns_in_relation(known) | map(attribute='name') | map('lower') | list %}
    {% set lacking = [] %}
    {% for name in declared(feed).columns if name | lower not in there %}{% do lacking.append(name) %}{% endfor %}
    {{ return(lacking) }}
{% endmacro %}
