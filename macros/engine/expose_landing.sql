{# Makes what has landed readable as the sources `bronze` and `ops`, also where nothing has landed yet. #}
{% macro expose_landing() %}
    {% do adapter.dispatch('expose_landing', 'lakegraph')() %}
{% endmacro %}

{% macro default__expose_landing() %}{{ unknown_engine('expose_landing') }}{% endmacro %}

{% macro duckdb__expose_landing() %}
    {# a folder's own brackets and stars are no pattern #}
    {% set lake = env_var('LAKE_DIR', 'lake') | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') %}
    {% set views = [] %}
    {# what a batch consists of was exposed when its records were judged; one that was not judged then ends the build #}
    {% for feed in var('feeds') if not is_history_only() %}
        {% do views.append(['bronze.' ~ feed, bronze_columns(feed), lake ~ '/bronze/' ~ feed ~ '/*/*.parquet']) %}
    {% endfor %}
    {% for table, columns in var('ops_tables').items() if not is_history_only() or 'ops.' ~ table in copied_each_run() %}
        {% do views.append(['ops.' ~ table, columns, lake ~ '/ops/' ~ table ~ '/*.parquet']) %}
    {% endfor %}
    {% set landed = patterns_with_files(views | map(attribute=2)) %}
    {% set statements = ["create schema if not exists bronze", "create schema if not exists ops"] %}
    {% for table, columns in dbt_ops_tables().items() %}
        {% do statements.append("create table if not exists ops." ~ table ~ " (" ~ columns_ddl(columns) ~ ")") %}
    {% endfor %}
    {% set current = current_relations() %}
    {% for name, columns, pattern in views %}
        {% set kind = 'table' if name in copied_each_run() else 'view' %}
        {% if current[name] is defined and current[name].kind != kind %}
            {% do statements.append("drop " ~ current[name].kind ~ " " ~ name) %}
        {% endif %}
        {% if kind == 'table' %}
            {% do statements.append(over_parquet('table', name, columns, pattern, pattern in landed)) %}
        {% else %}
            {% set view = over_parquet('view', name, columns, pattern, pattern in landed) %}
            {% set fingerprint = local_md5(view) %}
            {% if current[name] is not defined or current[name].fingerprint != fingerprint %}
                {% do statements.append(view) %}
                {% do statements.append("comment on view " ~ name ~ " is '" ~ fingerprint ~ "'") %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% do run_query(statements | join(';\n')) %}
{% endmacro %}


{# Those of some patterns that any file fits, found in one query. #}
{% macro patterns_with_files(patterns) %}
    {% set searches = [] %}
    {% for pattern in patterns %}
        {% do searches.append(
            "select " ~ text_literal(pattern) ~ " as pattern where exists (from glob(" ~ text_literal(pattern) ~ "))"
        ) %}
    {% endfor %}
    {{ return(run_query(searches | join(' union all ')).columns[0].values()) }}
{% endmacro %}


{# What a run reads dozens of times, and is small: a view would open each of its files anew every time. #}
{% macro copied_each_run() %}{{ return(['ops.batches', 'ops.batch_files', 'ops.batch_decisions']) }}{% endmacro %}


{# What stands already, a table or a view with the fingerprint of its statement: making one opens all of its files. #}
{% macro current_relations() %}
    {% set current = {} %}
    {% for row in run_query(
        "select schema_name || '.' || view_name, 'view', comment from duckdb_views() where schema_name in ('bronze', 'ops')"
        ~ " union all select schema_name || '.' || table_name, 'table', null from duckdb_tables() where schema_name = 'ops'"
    ).rows %}
        {% do current.update({row[0]: {'kind': row[1], 'fingerprint': row[2]}}) %}
    {% endfor %}
    {{ return(current) }}
{% endmacro %}


{# A view over Parquet files by a pattern, or a copy of what they hold, with all declared columns, whatever files there
   are. #}
{% macro over_parquet(kind, name, columns, pattern, has_files) -%}
    create or replace {{ kind }} {{ name }} as
    {{ empty_select(columns) }}
    {%- if has_files %}
    union all by name
    select * from read_parquet({{ text_literal(pattern) }}, union_by_name = true, hive_partitioning = false)
    {%- endif %}
{%- endmacro %}
