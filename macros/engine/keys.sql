{# Keys are declared to be known, and tests prove them. Databricks takes them as information; DuckDB would enforce them, each by
   an index, and would no longer replace a table that another refers to. dbt-duckdb asks these two what it is to enforce. #}
{% macro duckdb__get_table_columns_and_constraints() %}
    {%- set columns = {} -%}
    {%- for name, column in model.columns.items() -%}
        {%- do columns.update({name: dict(column, constraints=without_keys(column.constraints))}) -%}
    {%- endfor -%}
    {%- set rendered = adapter.render_raw_columns_constraints(raw_columns=columns)
        + adapter.render_raw_model_constraints(raw_constraints=without_keys(model.constraints)) -%}
    ({{ rendered | join(', ') }})
{% endmacro %}

{% macro enforced_constraint_types() %}
    {{ return(dbt.enforced_constraint_types() | reject('in', ['primary_key', 'foreign_key']) | list) }}
{% endmacro %}

{% macro without_keys(constraints) %}
    {{ return(constraints | rejectattr('type', 'in', ['primary_key', 'foreign_key']) | list) }}
{% endmacro %}


{# On-run-end: foreign keys of what was built. They can't be made with their tables: `orders` refer to `customers`, which are
   made from them. #}
{% macro add_foreign_keys(results) %}
    {% if execute and flags.WHICH in ['build', 'run', 'retry'] %}
        {% do adapter.dispatch('add_foreign_keys', 'lakegraph')(results) %}
    {% endif %}
{% endmacro %}

{% macro default__add_foreign_keys(results) %}{{ unknown_engine('add_foreign_keys') }}{% endmacro %}
{% macro duckdb__add_foreign_keys(results) %}{% endmacro %}
{% macro athena__add_foreign_keys(results) %}{% endmacro %}

{# A replaced table has lost its own foreign keys; those of others to it may be there or not. #}
{% macro databricks__add_foreign_keys(results) %}
    {% set built = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list %}
    {% for key in foreign_keys() if key.from.unique_id in built or key.to.unique_id in built %}
        {% set from, to = built_relation('model', key.from.name), built_relation('model', key.to.name) %}
        {% if from and to %}
            {% set name = key.from.name ~ '_' ~ key.columns | join('_') ~ '_fk' %}
            {% if key.from.unique_id not in built %}
                {% do run_query("alter table " ~ from ~ " drop constraint if exists " ~ name) %}
            {% endif %}
            {% do run_query(
                "alter table " ~ from ~ " add constraint " ~ name
                ~ " foreign key (" ~ key.columns | join(', ') ~ ") references " ~ to
                ~ " (" ~ key.to_columns | join(', ') ~ ")"
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# What the project declares already: `relationships` tests, and the ends of edges. #}
{% macro foreign_keys() %}
    {% set keys, nodes_by_label = [], {} %}
    {% for node in graph.nodes.values() %}
        {% if node.get('test_metadata', {}).get('name') == 'relationships' %}
            {% for to in node.depends_on.nodes if to != node.attached_node %}
                {% do keys.append({
                    'from': graph.nodes[node.attached_node], 'columns': [node.column_name],
                    'to': graph.nodes[to], 'to_columns': [node.test_metadata.kwargs.field],
                }) %}
            {% endfor %}
        {% elif node.resource_type == 'model' and node.config.meta.get('graph', {}).get('node') %}
            {% do nodes_by_label.update({node.config.meta.graph.node: node}) %}
        {% endif %}
    {% endfor %}
    {% for node in graph.nodes.values()
        if node.resource_type == 'model' and node.config.meta.get('graph', {}).get('edge') %}
        {% for end in [node.config.meta.graph.from, node.config.meta.graph.to] if end.node in nodes_by_label %}
            {% set to = nodes_by_label[end.node] %}
            {% do keys.append({
                'from': node, 'columns': end.columns, 'to': to, 'to_columns': to.config.meta.graph.key,
            }) %}
        {% endfor %}
    {% endfor %}
    {{ return(keys) }}
{% endmacro %}
