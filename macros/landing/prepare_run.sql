{# On-run-start, for the commands that touch data. `dbt compile` and `dbt docs generate` only render this. In a backfill, whoever
   called says which batch it is about. #}
{% macro prepare_run() %}
    {% if execute and flags.WHICH in ['build', 'run', 'snapshot', 'seed', 'test', 'retry'] %}
        {% do expose_landing() %}
        {% if not is_history_only() %}{% do announce_batch() %}{% endif %}
    {% endif %}
{% endmacro %}


{# Whether this run takes in one of several waiting batches whose records have all been judged. #}
{% macro is_history_only() %}{{ return(var('history_only', false)) }}{% endmacro %}
