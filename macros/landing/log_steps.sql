{# On-run-end: one row per layer that this command worked on, in ops.dbt_steps. #}
{% macro log_steps(results) %}
    {% if execute and results and flags.WHICH in ['build', 'run', 'snapshot', 'seed', 'test', 'retry'] %}
        {% set in_progress = built_relation('model', 'batch_in_progress') %}
        {% set batches = run_query("select batch_id from " ~ in_progress).columns[0].values() if in_progress else [] %}
        {% set batch = batches[0] if batches %}
        {% set counts = staged_counts(batch) if batch %}
        {% set rows = [] %}
        {% for step, step_results in results_by_step(results).items() %}
            {% do rows.append(step_row(step, step_results, batch, counts if step == 'dbt staging')) %}
        {% endfor %}
        {% do run_query("insert into " ~ source('ops', 'dbt_steps') ~ " values " ~ rows | join(', ')) %}
    {% endif %}
{% endmacro %}


{% macro results_by_step(results) %}
    {% set steps = {} %}
    {% set kinds = {'snapshot': 'snapshots', 'seed': 'seeds', 'test': 'tests', 'unit_test': 'unit tests'} %}
    {% for result in results if result.node.resource_type in ['model', 'snapshot', 'seed', 'test', 'unit_test'] %}
        {% set layers = result.node.fqn[1:3] %}
        {% set step = 'dbt ' ~ kinds.get(
            result.node.resource_type, 'validation' if 'validation' in layers else layers[0]
        ) %}
        {% do steps.setdefault(step, []).append(result) %}
    {% endfor %}
    {{ return(steps) }}
{% endmacro %}


{# A row of ops.dbt_steps as a list of literals, in the order of the columns of `processing_log` in vars.yml. #}
{% macro step_row(step, results, batch, counts) %}
    {% set begins, ends = [], [] %}
    {% for result in results %}
        {% for phase in result.timing if phase.started_at and phase.completed_at %}
            {% do begins.append(phase.started_at) %}
            {% do ends.append(phase.completed_at) %}
        {% endfor %}
    {% endfor %}
    {% set failed = results | selectattr('status', 'in', ['error', 'fail', 'runtime error']) | list %}
    {% set skipped = results | selectattr('status', 'equalto', 'skipped') | list %}
    {% set status = 'failed' if failed else ('skipped' if skipped else 'succeeded') %}
    {% set error = (failed[0].node.name ~ ': ' ~ (failed[0].message or '')).split() | join(' ') if failed %}
    {% set begin, end = begins | min if begins, ends | max if ends %}
    {% set values = {
        'run_id': text_literal(invocation_id),
        'batch_id': text_literal(batch) if batch else 'null',
        'step': text_literal(step),
        'status': text_literal(status),
        'started_at': moment_literal(begin) if begin else 'null',
        'finished_at': moment_literal(end) if end else 'null',
        'duration_seconds': ((end - begin).total_seconds() | round(4)) if begin else 'null',
        'records_read': counts['read'] if counts else 'null',
        'records_valid': counts['valid'] if counts else 'null',
        'records_quarantined': counts['quarantined'] if counts else 'null',
        'error': text_literal(error) if error else 'null',
    } %}
    {% set literals = [] %}
    {% for name, column in var('ops_tables').processing_log.items() %}
        {% do literals.append("cast(" ~ values.get(name, 'null') ~ " as " ~ sql_type(column.type) ~ ")") %}
    {% endfor %}
    {{ return("(" ~ literals | join(', ') ~ ")") }}
{% endmacro %}


{% macro moment_literal(moment) %}{{ return("'" ~ moment.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "'") }}{% endmacro %}


{# What staging made of a batch: records read, valid and quarantined, those that landing could not read among these. #}
{% macro staged_counts(batch) %}
    {% set parts = [] %}
    {# in a backfill they stand, and looking for each of them takes longer than counting in it #}
    {% for feed in var('feeds') if is_history_only() or built_relation('model', 'stg_commerce__' ~ feed ~ '_judged') %}
        {% do parts.append(
            "select count(*) as records, count(_failed_rules) as broken, 0 as unreadable from "
            ~ relation_of('model', 'stg_commerce__' ~ feed ~ '_judged')
            ~ " where _batch_id = " ~ text_literal(batch)
        ) %}
    {% endfor %}
    {% do parts.append(
        "select 0 as records, 0 as broken, coalesce(sum(records_rejected), 0) as unreadable from " ~ source('ops', 'batch_files')
        ~ " where batch_id = " ~ text_literal(batch)
    ) %}
    {% set sums = run_query(
        "select sum(records), sum(broken), sum(unreadable) from (" ~ parts | join(' union all ') ~ ") as parts"
    ).rows[0] %}
    {{ return({
        'staged': sums[0],
        'read': sums[0] + sums[2],
        'valid': sums[0] - sums[1],
        'quarantined': sums[1] + sums[2],
    }) }}
{% endmacro %}
