{# What a snapshot compares with its history: the current versions that are present. No rows of the right types when
   nothing has been built yet, so that `dbt snapshot` may be the first command. #}
{% macro present_versions(feed) %}
    {%- set current = ref('int_' ~ feed ~ '_current') -%}
    {%- if execute and load_cached_relation(current) is none -%}
        {{- empty_select(version_columns(feed)) -}}
    {%- else -%}
    select
        {{ listed(version_columns(feed)) }}
    from {{ current }}
    where is_present
    {%- endif -%}
{% endmacro %}


{% macro version_columns(feed) %}
    {% set columns = {} %}
    {% do columns.update(declared(feed).columns) %}
    {% do columns.update({'_business_hash': {'type': 'string'}, 'effective_at': {'type': 'timestamp'}}) %}
    {% do columns.update(var('lineage')) %}
    {{ return(columns) }}
{% endmacro %}
