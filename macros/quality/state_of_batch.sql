{# CTEs about a feed as of the batch in progress, before it is let in: `<feed>_delivered`, the valid records that came with
   it, and `<feed>_known`, those and what was known before of the other keys that are still there. What was known before
   is read from the history, so that a batch is judged the same whenever it comes. Each has the key and `columns`. #}
{% macro state_of_batch(feed, columns) %}
{%- set key = declared(feed).key -%}
{%- set columns = key + (columns | reject('in', key) | list) -%}
{{ feed }}_delivered as (
    select {{ listed(columns, 'records.') }}
    from {{ ref('stg_commerce__' ~ feed) }} as records
    inner join batch_in_progress
        on records._batch_id = batch_in_progress.batch_id
),

{{ feed }}_before as (
    {{- versions_before(feed, columns) }}
),

{{ feed }}_words as (
    {{- words_of_unreadable(feed) }}
),

{{ feed }}_seen as (
    select {{ listed(key, 'judged.') }}
    from {{ ref('stg_commerce__' ~ feed ~ '_judged') }} as judged
    inner join batch_in_progress
        on judged._batch_id = batch_in_progress.batch_id
    union
    select {{ listed(key, 'before.') }}
    from {{ feed }}_before as before
    inner join {{ feed }}_words as words
        on before.{{ key[0] }} = words.word
    union
    select {{ listed(key, 'mentioned.') }}
    from ({{ keys_in_unreadable(feed, feed ~ '_before') }}) as mentioned
),

{{ feed }}_known as (
    select {{ columns | join(', ') }} from {{ feed }}_delivered

    union all

    select {{ listed(columns, 'before.') }}
    from {{ feed }}_before as before
    left join {{ feed }}_delivered as delivered
        on {{ same_key(feed, 'before', 'delivered') }}
    left join {{ feed }}_seen as seen
        on {{ same_key(feed, 'before', 'seen') }}
    left join full_deliveries
        on full_deliveries.feed = '{{ feed }}'
    where delivered.{{ key[0] }} is null
        and (full_deliveries.feed is null or seen.{{ key[0] }} is not null)
)
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
