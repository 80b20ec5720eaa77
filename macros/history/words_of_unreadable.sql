{# What a word of a raw text cannot hold. #}
{% macro word_separators() -%}{{ return('[ \\t\\r\\n,;|"\':{}\\[\\]]') }}{%- endmacro %}


{# The words of the records of a feed that landing could not read, with the number of their batch: any may be the first
   column of a key. `batches` is a relation with batch_id and batch_number. #}
{% macro words_of_unreadable(feed, batches='batch_in_progress') -%}
    {%- set unreadable -%}
    (
        select
            batches.batch_number,
            {{ replace_all('rejected_records.raw_text', word_separators() ~ '+', ' ') }} as words
        from {{ source('ops', 'rejected_records') }} as rejected_records
        inner join {{ batches }} as batches
            on rejected_records.batch_id = batches.batch_id
        where rejected_records.feed = '{{ feed }}'
    ) as unreadable
    {%- endset -%}
    {{ split_to_rows(unreadable, ['batch_number'], 'words') }}
{%- endmacro %}


{# The keys of a relation that hold a separator, so that no word can be one, with the number of the batch in which a record
   that landing could not read has them in its text. #}
{% macro keys_in_unreadable(feed, keys, batches='batch_in_progress') -%}
    {%- set key = declared(feed).key %}
    select {{ listed(key, 'mentioned.') }}, batches.batch_number
    from {{ keys }} as mentioned
    inner join {{ source('ops', 'rejected_records') }} as rejected_records
        on rejected_records.feed = '{{ feed }}'
        and {{ matches('mentioned.' ~ key[0], '.*' ~ word_separators() ~ '.*') }}
        and position(mentioned.{{ key[0] }} in rejected_records.raw_text) > 0
    inner join {{ batches }} as batches
        on rejected_records.batch_id = batches.batch_id
{%- endmacro %}
