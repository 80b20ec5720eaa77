{# What vars.yml declares of a feed. #}
{% macro declared(feed) %}
    {% if feed not in var('feeds') %}
        {{ exceptions.raise_compiler_error("vars.yml declares no feed '" ~ feed ~ "' under feeds.") }}
    {% endif %}
    {{ return(var('feeds')[feed]) }}
{% endmacro %}


{# Names joined by commas, each with a prefix such as `landed.`. #}
{% macro listed(names, prefix='') -%}
    {%- for name in names -%}
        {{ prefix }}{{ name }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{% macro feed_columns(feed, prefix='') -%}
    {{ listed(declared(feed).columns, prefix) }}
{%- endmacro %}


{% macro lineage_columns(prefix='') -%}
    {{ listed(var('lineage'), prefix) }}
{%- endmacro %}


{# Equality of all key columns of a feed. #}
{% macro same_key(feed, left, right) -%}
    {%- for name in declared(feed).key -%}
        {{ left }}.{{ name }} = {{ right }}.{{ name }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# Every column of a feed as it landed, under the name raw__<column>. #}
{% macro raw_columns(feed, prefix='') -%}
    {%- for name in declared(feed).columns -%}
        {{ prefix }}{{ name }} as raw__{{ name }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# Every column of a feed without blanks at its ends, null when nothing is left, under the name text__<column>. #}
{% macro text_columns(feed) -%}
    {%- for name in declared(feed).columns -%}
        {{ clean_text('raw__' ~ name) }} as text__{{ name }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# Whether a column says what stands for no value; null says so of none. #}
{% macro has_default(column) -%}{{ return(column.get('default') is not none) }}{%- endmacro %}


{# Every column of a feed, cast to its type: its default where the record has none, null where the text is not of the
   type. One that has a fallback is not complete yet, and called given__<column>. #}
{% macro typed_columns(feed, fallbacks) -%}
    {%- for name, column in declared(feed).columns.items() -%}
        {%- set value = strict_cast('text__' ~ name, column.type) -%}
        {%- if has_default(column) -%}
        case when text__{{ name }} is null
            then cast({{ text_literal(column.default) }} as {{ sql_type(column.type) }})
            else {{ value }}
        end
        {%- else -%}
        {{ value }}
        {%- endif %} as {{ 'given__' if name in fallbacks }}{{ name }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# The key of a record as one text, read over bad types: what a person looks for. #}
{% macro record_key(feed) -%}
    concat_ws('|'
    {%- for name in declared(feed).key -%}
        , coalesce(cast({{ name }} as {{ sql_type('string') }}), text__{{ name }}, '')
    {%- endfor -%}
    )
{%- endmacro %}


{# The key of a valid record as `record_key` writes it. #}
{% macro typed_key(feed) -%}
    concat_ws('|'
    {%- for name in declared(feed).key %}, cast({{ name }} as {{ sql_type('string') }}){% endfor -%}
    )
{%- endmacro %}


{# The hash of all that counts as a business change: letter case and spacing apart, bookkeeping columns left out. Each value
   with its column's name and nothing of those without one, so that a column which a feed is given later changes no record that
   has no value there. #}
{% macro business_hash(feed) -%}
    {%- set parts = [] -%}
    {%- for name, column in declared(feed).columns.items() if name not in declared(feed).get('bookkeeping', []) -%}
        {%- do parts.append("'" ~ name ~ "=' || " ~ canonical_text(name, column.type)) -%}
    {%- endfor -%}
    {{ md5_hex(joined_texts('chr(31)', parts)) }}
{%- endmacro %}


{% macro canonical_text(expression, type) -%}
    {%- if type == 'string' -%}{{ return(lower_case(replace_all(expression, blank_pattern() ~ '+', ' '))) }}
    {%- elif type == 'timestamp' -%}{{ return(timestamp_text(expression)) }}
    {%- else -%}{{ return("cast(" ~ expression ~ " as " ~ sql_type('string') ~ ")") }}
    {%- endif -%}
{%- endmacro %}
