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
