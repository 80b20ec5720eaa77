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


{# On Databricks what has landed is in Delta tables, which Python fills (lakegraph.landing.delta) and dbt makes, each with the
   columns that are declared by now. #}
{% macro databricks__expose_landing() %}
    {% set tables = {} %}
    {% for feed in var('feeds') %}{% do tables.update({source('bronze', feed): bronze_columns(feed)}) %}{% endfor %}
    {% for table, columns in var('ops_tables').items() %}{% do tables.update({source('ops', table): columns}) %}{% endfor %}
    {% for table, columns in dbt_ops_tables().items() %}{% do tables.update({source('ops', table): columns}) %}{% endfor %}
    {% for schema in tables | map(attribute='schema') | unique %}
        {% if not adapter.check_schema_exists(target.database, schema) %}
            {% do adapter.create_schema(api.Relation.create(database=target.database, schema=schema)) %}
        {% endif %}
    {% endfor %}
    {% set existing = existing_columns(tables | map(attribute='schema') | unique | list) %}
    {% for relation, columns in tables.items() %}
        {% set known = existing.get(relation.schema ~ '.' ~ relation.identifier, []) %}
        {% set new = {} %}
        {% for name, column in columns.items() if name not in known %}{% do new.update({name: column}) %}{% endfor %}
        {% if not known %}
            {% do run_query(
                "create table if not exists " ~ relation ~ " (" ~ columns_ddl(columns) ~ ") using delta"
                ~ landing_design(relation)
            ) %}
        {% elif new %}
            {% do run_query("alter table " ~ relation ~ " add columns (" ~ columns_ddl(new) ~ ")") %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# The names of the columns of every table of some schemas, by `schema.table`. #}
{% macro existing_columns(schemas) %}
    {% set existing = {} %}
    {% for schema in schemas %}
        {% for row in run_query(
            "select table_name, column_name from " ~ adapter.quote(target.database) ~ ".information_schema.columns"
            ~ " where table_schema = " ~ text_literal(schema | lower)
        ).rows %}
            {% do existing.setdefault(schema ~ '.' ~ row[0], []).append(row[1]) %}
        {% endfor %}
    {% endfor %}
    {{ return(existing) }}
{% endmacro %}


{# The physical design of a landing table, as dbt_project.yml declares it in the meta of its source. #}
{% macro landing_design(relation) %}
    {% set design = [] %}
    {% for node in graph.sources.values() if node.schema == relation.schema and node.identifier == relation.identifier %}
        {% set declared = node.config.meta.get('databricks', {}) %}
        {% if declared.get('liquid_clustered_by') %}
            {% do design.append(" cluster by (" ~ declared.liquid_clustered_by | join(', ') ~ ")") %}
        {% endif %}
        {% if declared.get('tblproperties') %}
            {% set properties = [] %}
            {% for name, value in declared.tblproperties.items() %}
                {% do properties.append(text_literal(name) ~ " = " ~ text_literal(value)) %}
            {% endfor %}
            {% do design.append(" tblproperties (" ~ properties | join(', ') ~ ")") %}
        {% endif %}
    {% endfor %}
    {{ return(design | join) }}
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


{# The operational tables that dbt itself writes: which batches builds have begun to let in, which a whole build has taken
   in, the steps of builds, and what became of the graph marts. #}
{% macro dbt_ops_tables() %}
    {{ return({
        'applied_batches': {
            'batch_id': {'type': 'string'},
            'batch_date': {'type': 'date'},
            'applied_at': {'type': 'timestamp'},
            'invocation_id': {'type': 'string'},
        },
        'begun_batches': {
            'batch_id': {'type': 'string'},
            'invocation_id': {'type': 'string'},
        },
        'dbt_steps': var('ops_tables').processing_log,
        'graph_model_results': {
            'model': {'type': 'string'},
            'status': {'type': 'string'},
            'finished_at': {'type': 'timestamp'},
            'invocation_id': {'type': 'string'},
        },
    }) }}
{% endmacro %}
