{# Post-hook: what `meta` says of a relation as tags of the catalogue, its layer and what in it is personal. dbt-athena
   writes `meta` into Glue by itself. #}
{% macro tag_relation() %}
    {% if execute %}
        {% set personal = [] %}
        {% for column in model.columns.values() if column.meta.get('personal') %}
            {% do personal.append(column.name) %}
        {% endfor %}
        {% set tags = {'layer': model.config.meta.layer} %}
        {% if personal %}{% do tags.update({'personal': 'true'}) %}{% endif %}
        {% do adapter.dispatch('tag_relation', 'lakegraph')(
            this.incorporate(type='view' if model.config.materialized == 'view' else 'table'), tags, personal
        ) %}
    {% endif %}
{% endmacro %}

{% macro default__tag_relation(relation, tags, personal) %}{{ unknown_engine('tag_relation') }}{% endmacro %}
{% macro duckdb__tag_relation(relation, tags, personal) %}{% endmacro %}
{% macro athena__tag_relation(relation, tags, personal) %}{% endmacro %}

{% macro databricks__tag_relation(relation, tags, personal) %}
    {% set columns = {} %}
    {% for column in personal %}{% do columns.update({column: {'personal': 'true'}}) %}{% endfor %}
    {% for statement in get_set_tag_statements(relation, tags, {'set_column_tags': columns}) %}
        {% do run_query(statement) %}
    {% endfor %}
{% endmacro %}
