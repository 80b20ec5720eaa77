{# The words of the records of a feed that landing could not read, with the number of their batch: any may be the first
   column of a key. `batches` is a relation with batch_id and batch_number. #}
{% macro words_of_unreadable(feed, batches='batch_in_progress') -%}
    {%- set unreadable -%}
    (
        select
            batches.batch_number,
            {{ replace_all('rejected_records.raw_text', '[ \\t\\r\\n,;|"\':{}\\[\\]]+', ' ') }} as words
        from {{ source('ops', 'rejected_records') }} as rejected_records
        inner join {{ batches }} as batches
            on rejected_records.batch_id = batches.batch_id
        where rejected_records.feed = '{{ feed }}'
    ) as unreadable
    {%- endset -%}
    {{ split_to_rows(unreadable, ['batch_number'], 'words') }}
{%- endmacro %}
