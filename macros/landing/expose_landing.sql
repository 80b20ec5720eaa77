{# Makes what has landed readable as the sources `bronze` and `ops`, also where nothing has landed yet. #}
{% macro expose_landing() %}
    {% do adapter.dispatch('expose_landing', 'lakegraph')() %}
{% endmacro %}

{% macro default__expose_landing() %}{{ unknown_engine('expose_landing') }}{% endmacro %}

{% macro duckdb__expose_landing() %}
    {# a folder's own brackets and stars are no pattern #}
    {% set lake = env_var('LAKE_DIR', 'lake') | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') %}
    {% do run_query("create schema if not exists bronze; create schema if not exists ops") %}
    {% do run_query("create table if not exists ops.applied_batches (" ~ columns_ddl(applied_batches_columns()) ~ ")") %}
    {% for feed in var('feeds') %}
        {% do expose_parquet('bronze.' ~ feed, bronze_columns(feed), lake ~ '/bronze/' ~ feed ~ '/*/*.parquet') %}
    {% endfor %}
    {% for table, columns in var('ops_tables').items() %}
        {% do expose_parquet('ops.' ~ table, columns, lake ~ '/ops/' ~ table ~ '/*.parquet') %}
    {% endfor %}
{% endmacro %}


{# A view over Parquet files by a pattern. It has all declared columns, whatever files there are. #}
{% macro expose_parquet(view, columns, pattern) %}
    {% set landed = run_query("select 1 from glob(" ~ text_literal(pattern) ~ ") limit 1") | length > 0 %}
    {% set sql %}
        create or replace view {{ view }} as
        {{ empty_select(columns) }}
        {% if landed %}
        union all by name
        select * from read_parquet({{ text_literal(pattern) }}, union_by_name = true, hive_partitioning = false)
        {% endif %}
    {% endset %}
    {% do run_query(sql) %}
{% endmacro %}


{# A select of no rows with typed columns; `columns` as vars.yml declares them. #}
{% macro empty_select(columns) -%}
    select
    {%- for name, column in columns.items() %}
        cast(null as {{ sql_type(column.type) }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
    from (select 1 as nothing) as nothing
    where 1 = 0
{%- endmacro %}


{% macro columns_ddl(columns) -%}
    {%- for name, column in columns.items() -%}
        {{ name }} {{ sql_type(column.type) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# A feed as it lands: its columns as text, and the lineage. #}
{% macro bronze_columns(feed) %}
    {% set columns = {} %}
    {% for name in var('feeds')[feed].columns %}{% do columns.update({name: {'type': 'string'}}) %}{% endfor %}
    {% do columns.update(var('lineage')) %}
    {{ return(columns) }}
{% endmacro %}


{# The one operational table that dbt itself writes: which batches a whole build has taken in. #}
{% macro applied_batches_columns() %}
    {{ return({
        'batch_id': {'type': 'string'},
        'batch_date': {'type': 'date'},
        'applied_at': {'type': 'timestamp'},
        'invocation_id': {'type': 'string'},
    }) }}
{% endmacro %}
