{# What a word of a raw text cannot hold: every sign of ASCII but letters, digits, dot, hyphen and underscore, for any other
   may be what separates a feed's fields. #}
{% macro word_separators() -%}{{ return('[\\x01-,/:-@\\[-\\^`{-\\x7f]') }}{%- endmacro %}


{# The records that landing could not read, with the number of their batch: the CTE `unreadable` that the macros below
   read. `batches` is a relation with batch_id and batch_number. #}
{% macro unreadable_records(batches) %}
    select rejected_records.feed, rejected_records.raw_text, batches.batch_number
    from {{ source('ops', 'rejected_records') }} as rejected_records
    inner join {{ batches }} as batches
        on rejected_records.batch_id = batches.batch_id
{%- endmacro %}


{# The words of the records of a feed that landing could not read, with the number of their batch: any may be the first
   column of a key. #}
{% macro words_of_unreadable(feed) -%}
    {%- set of_feed -%}
    (
        select batch_number, {{ replace_all('raw_text', word_separators() ~ '+', ' ') }} as words
        from unreadable
        where feed = '{{ feed }}'
    ) as of_feed
    {%- endset -%}
    {{ split_to_rows(of_feed, ['batch_number'], 'words') }}
{%- endmacro %}


{# The keys of a relation that hold a separator, so that no word can be one, with the number of the batch in which a record
   that landing could not read has them in its text. #}
{% macro keys_in_unreadable(feed, keys) -%}
    {%- set key = declared(feed).key %}
    select {{ listed(key, 'mentioned.') }}, unreadable.batch_number
    from {{ keys }} as mentioned
    inner join unreadable
        on unreadable.feed = '{{ feed }}'
        and {{ matches(key_text('mentioned', key), '.*' ~ word_separators() ~ '.*') }}
        and position({{ key_text('mentioned', key) }} in unreadable.raw_text) > 0
{%- endmacro %}


{# The first part of a key as a text, which is what a record that cannot be read is searched for. #}
{% macro key_text(relation, key) -%}
    {{ return('cast(' ~ relation ~ '.' ~ key[0] ~ ' as ' ~ sql_type('string') ~ ')') }}
{%- endmacro %}
