{# What builds have left of each batch, for `lakegraph batches` where only dbt can ask the warehouse: whether it is applied, and its
   verdict. All as texts; no rows before anything was built. #}
{% macro batches_known() %}
    {%- set applied = load_cached_relation(source('ops', 'applied_batches')) -%}
    {%- set verdicts = built_relation('model', 'batch_verdicts') -%}
    {%- set columns = {'batch_id': {'type': 'string'}} -%}
    {%- set of_verdict = ['verdict', 'score', 'decision', 'decided_by', 'reasons'] -%}
    {%- for name in of_verdict %}{% do columns.update({name: {'type': 'string'}}) %}{% endfor -%}
    with

    applied as (
        {{ ('select batch_id from ' ~ applied) if applied else empty_select({'batch_id': {'type': 'string'}}) }}
    ),

    verdicts as (
        {%- if verdicts %}
        select
            _batch_id as batch_id,
            {%- for name in of_verdict %}
            cast({{ name }} as {{ sql_type('string') }}) as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ verdicts }}
        {%- else %}
        {{ empty_select(columns) }}
        {%- endif %}
    )

    select
        coalesce(applied.batch_id, verdicts.batch_id) as batch_id,
        case when applied.batch_id is null then 'no' else 'yes' end as is_applied,
        {{ listed(of_verdict, 'verdicts.') }}
    from applied
    full outer join verdicts
        on applied.batch_id = verdicts.batch_id
{% endmacro %}
