{# What a word of a raw text cannot hold: every sign of ASCII but letters, digits, dot, hyphen and underscore, for any other
   may be what separates a feed's fields. #}
{% macro word_separators() -%}{{ return('[\\x01-,/:-@\\[-\\^`{-\\x7f]') }}{%- endmacro %}


{# The records that landing could not read, with the number of their batch: the CTE `unreadable` that the macros below
   read. `batches` is a relation with batch_id and batch_number. #}
{% macro unreadable_records(batches) %}
    select rejected_records.feed, rejected_records.raw_text, rejected_records.key_texts, batches.batch_number
    from {{ source('ops', 'rejected_records') }} as rejected_records
    inner join {{ batches }} as batches
        on rejected_records.batch_id = batches.batch_id
{%- endmacro %}


{# What may be the first column of a key in the records of a feed that landing could not read, with the number of their
   batch: what stands in its place, or, where landing could not tell it, any word. #}
{% macro words_of_unreadable(feed) -%}
    {%- set words_of_raw_text = replace_all('raw_text', word_separators() ~ '+', ' ') -%}
    {%- set texts -%}
    (
        select batch_number, coalesce(key_texts, replace({{ words_of_raw_text }}, ' ', chr(31))) as words
        from unreadable
        where feed = '{{ feed }}'
    ) as texts
    {%- endset -%}
    {{ split_to_rows(texts, ['batch_number'], 'words', 'chr(31)') }}
{%- endmacro %}


{# The keys of a relation that hold a separator, so that no word can be one, with the number of the batch in which a record
   that landing could not read has them in its text, where the place of its key is not known. #}
{% macro keys_in_unreadable(feed, keys) -%}
    {%- set key = declared(feed).key %}
    select {{ listed(key, 'mentioned.') }}, unreadable.batch_number
    from {{ keys }} as mentioned
    inner join unreadable
        on unreadable.feed = '{{ feed }}'
        and unreadable.key_texts is null
        and {{ matches(key_text('mentioned', key), '.*' ~ word_separators() ~ '.*') }}
        and position({{ key_text('mentioned', key) }} in unreadable.raw_text) > 0
{%- endmacro %}


{# The first part of a key as a text, which is what a record that cannot be read is searched for. #}
{% macro key_text(relation, key) -%}
    {{ return('cast(' ~ relation ~ '.' ~ key[0] ~ ' as ' ~ sql_type('string') ~ ')') }}
{%- endmacro %}
