{# By what a snapshot finds the versions of a key, given as a column or a list of them. dbt-athena adds the parts of a composite
   key to the history as columns of their own, and the next build finds two of each: there it is one text, each part with its
   length. #}
{% macro snapshot_key(key) %}{{ return(adapter.dispatch('snapshot_key', 'lakegraph')(key)) }}{% endmacro %}

{% macro default__snapshot_key(key) %}{{ unknown_engine('snapshot_key') }}{% endmacro %}

{% macro duckdb__snapshot_key(key) %}{{ return(key) }}{% endmacro %}

{% macro databricks__snapshot_key(key) %}{{ return(key) }}{% endmacro %}

{% macro athena__snapshot_key(key) %}
    {% set parts = [] %}
    {% for column in ([key] if key is string else key) %}
        {% set text = 'cast(' ~ column ~ ' as varchar)' %}
        {% do parts.append("cast(length(" ~ text ~ ") as varchar) || ':' || " ~ text) %}
    {% endfor %}
    {{ return(parts | join(' || ')) }}
{% endmacro %}


{# The key of a feed as a snapshot declares it. #}
{% macro snapshot_key_of(feed) %}
    {% set key = declared(feed).key %}
    {{ return(key[0] if key | length == 1 else key) }}
{% endmacro %}
