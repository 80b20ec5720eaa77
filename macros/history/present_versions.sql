{# What a snapshot compares with its history: the current versions, and whether their keys are still there. A key that
   has gone takes a version that says so from the batch that lacked it. No rows of the right types when nothing has been
   built yet, so that `dbt snapshot` may be the first command. #}
{% macro present_versions(feed) %}
    {%- set current = ref('int_' ~ feed ~ '_current') -%}
    {%- if execute and load_cached_relation(current) is none -%}
        {{- empty_select(version_columns(feed)) -}}
    {%- else -%}
    select
        {%- for name in version_columns(feed) if name != 'effective_at' %}
        current_versions.{{ name }},
        {%- endfor %}
        batch_as_of.effective_at
    from {{ current }} as current_versions
    cross join {{ ref('batch_as_of') }} as batch_as_of
    {%- endif -%}
{% endmacro %}


{% macro version_columns(feed) %}
    {% set columns = {} %}
    {% do columns.update(declared(feed).columns) %}
    {% do columns.update({
        '_business_hash': {'type': 'string'},
        'is_present': {'type': 'boolean'},
        'effective_at': {'type': 'timestamp'},
    }) %}
    {% do columns.update(var('lineage')) %}
    {{ return(columns) }}
{% endmacro %}
