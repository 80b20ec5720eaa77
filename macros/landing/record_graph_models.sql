{# On-run-end: what became of each graph mart in its latest build, for the loader, which deletes nothing by a mart that is
   not as its model says. dbt's own run_results.json is overwritten by the next command. #}
{% macro record_graph_models(results) %}
    {% if execute and flags.WHICH in ['build', 'run', 'retry'] %}
        {% set rows, models = [], [] %}
        {% for result in results if result.node.resource_type == 'model' and result.node.config.meta.get('graph') %}
            {% do models.append(text_literal(result.node.name)) %}
            {% do rows.append(
                "(" ~ text_literal(result.node.name) ~ ", " ~ text_literal(result.status) ~ ", cast("
                ~ moment_literal(modules.datetime.datetime.now(modules.pytz.utc)) ~ " as " ~ sql_type('timestamp') ~ "), "
                ~ text_literal(invocation_id) ~ ")"
            ) %}
        {% endfor %}
        {% if rows %}
            {% set table = source('ops', 'graph_model_results') %}
            {% do run_query("delete from " ~ table ~ " where model in (" ~ models | join(', ') ~ ")") %}
            {% do run_query("insert into " ~ table ~ " values " ~ rows | join(', ')) %}
        {% endif %}
    {% endif %}
{% endmacro %}
