{# On-run-start, for the commands that touch data. `dbt compile` and `dbt docs generate` only render this. #}
{% macro prepare_run() %}
    {% if execute and flags.WHICH in ['build', 'run', 'snapshot', 'seed', 'test', 'retry'] %}
        {% do expose_landing() %}
        {% do announce_batch() %}
    {% endif %}
{% endmacro %}
