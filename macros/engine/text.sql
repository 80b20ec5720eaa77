{# A text as a quoted literal. #}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch('text_literal', 'lakegraph')(text | string)) }}
{%- endmacro %}

{% macro default__text_literal(text) %}{{ unknown_engine('text_literal') }}{% endmacro %}
{% macro duckdb__text_literal(text) %}{{ return("'" ~ text | replace("'", "''") ~ "'") }}{% endmacro %}
{% macro athena__text_literal(text) %}{{ return("'" ~ text | replace("'", "''") ~ "'") }}{% endmacro %}
{% macro databricks__text_literal(text) %}
    {{ return("'" ~ text | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") }}
{% endmacro %}


{# Blanks, tabs, line ends, no-break spaces, and the marks of no width that editors and exports leave behind. #}
{% macro blanks() -%}
    {{ return("' ', chr(9), chr(10), chr(11), chr(12), chr(13), chr(160), chr(8203), chr(8239), chr(65279)") }}
{%- endmacro %}


{# The same as a regular expression; those beyond ASCII as they are, for the engines have no escape of them in common. #}
{% macro blank_pattern() -%}{{ return('[ \\t\\n\\x0b\\f\\r\u00a0\u200b\u202f\ufeff]') }}{%- endmacro %}


{# A text without blanks at its ends; null when nothing is left. #}
{% macro clean_text(expression) -%}
    {{ return(adapter.dispatch('clean_text', 'lakegraph')(expression)) }}
{%- endmacro %}

{% macro default__clean_text(expression) %}{{ unknown_engine('clean_text') }}{% endmacro %}
{% macro duckdb__clean_text(expression) %}
    {{ return("nullif(trim(" ~ expression ~ ", concat(" ~ blanks() ~ ")), '')") }}
{% endmacro %}
{# the blanks as a literal: chr begins anew after 255 there, so that 8239 would be the slash #}
{% macro databricks__clean_text(expression) %}
    {%- set signs = ' \\t\\n\\u000B\\u000C\\r\\u00A0\\u200B\\u202F\\uFEFF' -%}
    {{ return("nullif(trim(both '" ~ signs ~ "' from " ~ expression ~ "), '')") }}
{% endmacro %}
{% macro athena__clean_text(expression) %}
    {%- set at_the_ends = "concat('^[', " ~ blanks() ~ ", ']+|[', " ~ blanks() ~ ", ']+$')" -%}
    {{ return("nullif(regexp_replace(" ~ expression ~ ", " ~ at_the_ends ~ ", ''), '')") }}
{% endmacro %}


{# A text in lower case, letter by letter. #}
{% macro lower_case(expression) -%}
    {{ return(adapter.dispatch('lower_case', 'lakegraph')(expression)) }}
{%- endmacro %}

{% macro default__lower_case(expression) %}{{ unknown_engine('lower_case') }}{% endmacro %}
{% macro duckdb__lower_case(expression) %}{{ return("lower(" ~ expression ~ ")") }}{% endmacro %}
{# Java makes two signs of a dotted I, and of a sigma what its place in the word asks for #}
{% macro databricks__lower_case(expression) %}
    {{ return("lower(translate(" ~ expression ~ ", 'İΣ', 'iσ'))") }}
{% endmacro %}
{% macro athena__lower_case(expression) %}{{ return("lower(" ~ expression ~ ")") }}{% endmacro %}


{# Texts joined by a sign, without those that are null. By a hundred at a time: Trino's functions take no more than 127 arguments. #}
{% macro joined_texts(sign, texts) -%}
    {%- set groups = [] -%}
    {%- for group in texts | batch(100) -%}
        {%- do groups.append("concat_ws(" ~ sign ~ ", " ~ group | join(', ') ~ ")") -%}
    {%- endfor -%}
    {%- if groups | length == 1 -%}{{ return(groups[0]) }}{%- endif -%}
    {%- set filled = [] -%}
    {%- for group in groups -%}{%- do filled.append("nullif(" ~ group ~ ", '')") -%}{%- endfor -%}
    {{ return(joined_texts(sign, filled)) }}
{%- endmacro %}


{# The literal of a text in lower case, as `lower_case` makes it. #}
{% macro lower_literal(text) -%}
    {{ return(text_literal(text | string | replace('İ', 'i') | replace('Σ', 'σ') | lower)) }}
{%- endmacro %}


{# Whether the whole text matches a regular expression of the common subset of RE2 and Java. #}
{% macro matches(expression, pattern) -%}
    {{ return(adapter.dispatch('matches', 'lakegraph')(expression, text_literal(pattern))) }}
{%- endmacro %}

{% macro default__matches(expression, pattern) %}{{ unknown_engine('matches') }}{% endmacro %}
{% macro duckdb__matches(expression, pattern) %}
    {{ return("regexp_full_match(" ~ expression ~ ", " ~ pattern ~ ")") }}
{% endmacro %}
{# Java alone would let a line end of any kind stand behind the match, and `.` would stop at more than a line feed. #}
{% macro databricks__matches(expression, pattern) %}
    {{ return("regexp_like(" ~ expression ~ ", concat('(?d)^(?:', " ~ pattern ~ ", ')\\\\z'))") }}
{% endmacro %}
{# `$` would let a line feed stand behind the match. #}
{% macro athena__matches(expression, pattern) %}
    {{ return("regexp_like(" ~ expression ~ ", concat('^(?:', " ~ pattern ~ ", ')\\z'))") }}
{% endmacro %}


{# A text with every match of a regular expression replaced. #}
{% macro replace_all(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('replace_all', 'lakegraph')(
        expression, text_literal(pattern), text_literal(replacement)
    )) }}
{%- endmacro %}

{% macro default__replace_all(expression, pattern, replacement) %}{{ unknown_engine('replace_all') }}{% endmacro %}
{% macro duckdb__replace_all(expression, pattern, replacement) %}
    {{ return("regexp_replace(" ~ [expression, pattern, replacement, "'g'"] | join(', ') ~ ")") }}
{% endmacro %}
{% macro databricks__replace_all(expression, pattern, replacement) %}
    {{ return("regexp_replace(" ~ [expression, pattern, replacement] | join(', ') ~ ")") }}
{% endmacro %}
{% macro athena__replace_all(expression, pattern, replacement) %}
    {{ return("regexp_replace(" ~ [expression, pattern, replacement] | join(', ') ~ ")") }}
{% endmacro %}


{# One row (id columns, position from 1, word) per word of a text whose words are parted by one blank, or by another sign. #}
{% macro split_to_rows(relation, ids, text, sign="' '") -%}
    {{ return(adapter.dispatch('split_to_rows', 'lakegraph')(relation, ids, text, sign)) }}
{%- endmacro %}

{% macro default__split_to_rows(relation, ids, text, sign) %}{{ unknown_engine('split_to_rows') }}{% endmacro %}
{% macro duckdb__split_to_rows(relation, ids, text, sign) %}
    select {{ ids | join(', ') }}, piece.position, piece.word
    from {{ relation }}, unnest(string_split({{ text }}, {{ sign }})) with ordinality as piece (word, position)
{% endmacro %}
{% macro databricks__split_to_rows(relation, ids, text, sign) %}
    select {{ ids | join(', ') }}, piece.position + 1 as position, piece.word
    from {{ relation }} lateral view posexplode(split({{ text }}, {{ sign }})) piece as position, word
{% endmacro %}
{% macro athena__split_to_rows(relation, ids, text, sign) %}
    select {{ ids | join(', ') }}, piece.position, piece.word
    from {{ relation }} cross join unnest(split({{ text }}, {{ sign }})) with ordinality as piece (word, position)
{% endmacro %}
