{# What is asked of the records that are known, by feed, beside their key. #}
{% macro known_columns() %}
    {{ return({
        'customers': ['customer_tier'],
        'products': ['price', 'currency', 'stock_quantity', 'discontinued'],
        'orders': ['customer_id'],
        'inventory': ['stock_quantity'],
        'shipping': [],
    }) }}
{% endmacro %}


{# The records of a feed that count as known when the batch in progress is judged, before it is let in: the valid ones that
   came with it, and what was known before of the other keys that are still there. What was known before is read from the
   history, so that a batch is judged the same whenever it comes. #}
{% macro known_records(feed) %}
{%- set key = declared(feed).key -%}
{%- set columns = key + (known_columns()[feed] | reject('in', key) | list) -%}
with

batch_in_progress as (
    select * from {{ ref('batch_in_progress') }}
),

-- a full delivery of nothing is a fault of the delivery: it does not empty the feed
full_deliveries as (
    select distinct batch_files.feed
    from {{ source('ops', 'batch_files') }} as batch_files
    inner join batch_in_progress
        on batch_files.batch_id = batch_in_progress.batch_id
    where batch_files.delivery = 'full'
        and batch_files.records_read > 0
),

delivered as (
    select {{ listed(columns, 'records.') }}
    from {{ ref('stg_commerce__' ~ feed) }} as records
    inner join batch_in_progress
        on records._batch_id = batch_in_progress.batch_id
),

before as (
    {{- versions_before(feed, columns) }}
),

unreadable as (
    {{- unreadable_records('batch_in_progress') }}
),

mentioned_words as (
    {{- words_of_unreadable(feed) }}
),

seen as (
    select {{ listed(key, 'judged.') }}
    from {{ ref('stg_commerce__' ~ feed ~ '_judged') }} as judged
    inner join batch_in_progress
        on judged._batch_id = batch_in_progress.batch_id
    union
    select {{ listed(key, 'before.') }}
    from before
    inner join mentioned_words
        on {{ key_text('before', key) }} = mentioned_words.word
    union
    select {{ listed(key, 'mentioned.') }}
    from ({{ keys_in_unreadable(feed, 'before') }}) as mentioned
),

final as (
    select {{ columns | join(', ') }} from delivered

    union all

    select {{ listed(columns, 'before.') }}
    from before
    left join delivered
        on {{ same_key(feed, 'before', 'delivered') }}
    left join seen
        on {{ same_key(feed, 'before', 'seen') }}
    left join full_deliveries
        on full_deliveries.feed = '{{ feed }}'
    where delivered.{{ key[0] }} is null
        and (full_deliveries.feed is null or seen.{{ key[0] }} is not null)
)

select * from final
{% endmacro %}


{# The versions of the history that were open when the batch in progress takes effect; none before there is a history. #}
{% macro versions_before(feed, columns) %}
    {%- set history = built_relation('snapshot', feed ~ '_history') if execute -%}
    {%- if history %}
    select {{ listed(columns, 'history.') }}
    from {{ history }} as history
    cross join batch_in_progress
    where history.is_present
        and history.dbt_valid_from < batch_in_progress.effective_at
        and (history.dbt_valid_to is null or history.dbt_valid_to >= batch_in_progress.effective_at)
    {%- else %}
    {%- set typed = {} -%}
    {%- for name in columns -%}{%- do typed.update({name: declared(feed).columns[name]}) -%}{%- endfor %}
    {{ empty_select(typed) }}
    {%- endif %}
{% endmacro %}
