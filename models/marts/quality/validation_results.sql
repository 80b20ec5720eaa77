{#- a view: what is found before a load is there without another build -#}
{{ config(materialized='view') }}

with

batch_checks as (
    select * from {{ ref('batch_checks') }}
),

batch_verdicts as (
    select * from {{ ref('batch_verdicts') }}
),

visible_batches as (
    select * from {{ ref('visible_batches') }}
),

graph_expectations as (
    select * from {{ source('ops', 'expectation_results') }}
    where stage = 'graph'
),

-- what a refused batch broke, which no build ever judges, until it is gone from the drops folder; those of a batch that waits
-- come with its judgement
refused_drops as (
    select
        expectation_results.batch_id,
        expectation_results.run_id,
        {{ drop_contract_columns() }}
    from {{ source('ops', 'expectation_results') }} as expectation_results
    where expectation_results.stage = 'drop'
        and not exists (
            select 1 from {{ source('ops', 'batches') }} as batches
            where batches.batch_id = expectation_results.batch_id
        )
        and not exists (
            select 1 from {{ source('ops', 'processing_log') }} as processing_log
            where processing_log.batch_id = expectation_results.batch_id
                and processing_log.step = 'land'
                and processing_log.status = 'gone'
                and processing_log.started_at > expectation_results.checked_at
        )
),

results as (
    select
        batch_checks._batch_id as batch_id,
        batch_checks.batch_date,
        batch_checks.check_id,
        batch_checks.source,
        batch_checks.subject,
        batch_checks.severity,
        batch_checks.checked,
        batch_checks.broken,
        batch_checks.share,
        batch_checks.tolerance,
        batch_checks.description,
        batch_checks.sample_keys,
        cast(null as {{ sql_type('string') }}) as run_id
    from batch_checks

    union all

    -- what Great Expectations said of the graph marts, each time before they were loaded
    select
        graph_expectations.batch_id,
        visible_batches.batch_date,
        graph_expectations.expectation as check_id,
        'graph_marts' as source,
        graph_expectations.asset as subject,
        case when graph_expectations.success then 'NONE' else graph_expectations.severity end as severity,
        coalesce(graph_expectations.checked, 1) as checked,
        case
            when graph_expectations.success then 0
            else greatest(coalesce(graph_expectations.unexpected, 1), 1)
        end as broken,
        case
            when graph_expectations.success then 0
            else coalesce(
                cast(graph_expectations.unexpected as {{ sql_type('double') }}) / nullif(graph_expectations.checked, 0), 1
            )
        end as share,
        cast(0 as {{ sql_type('decimal') }}) as tolerance,
        concat(
            coalesce(graph_expectations.description, graph_expectations.expectation),
            case when graph_expectations.observed is null then '' else concat('; found ', graph_expectations.observed) end
        ) as description,
        cast(null as {{ sql_type('string') }}) as sample_keys,
        graph_expectations.run_id
    from graph_expectations
    left join visible_batches
        on graph_expectations.batch_id = visible_batches.batch_id

    union all

    select
        batch_id,
        cast(null as {{ sql_type('date') }}) as batch_date,
        check_id,
        source,
        subject,
        case when broken > 0 then declared_severity else 'NONE' end as severity,
        checked,
        broken,
        share,
        tolerance,
        description,
        sample_keys,
        run_id
    from refused_drops
),

final as (
    select
        results.batch_id,
        results.batch_date,
        results.check_id,
        results.source,
        results.subject,
        results.severity,
        cast(results.checked as {{ sql_type('integer') }}) as checked,
        cast(results.broken as {{ sql_type('integer') }}) as broken,
        cast(results.share as {{ sql_type('double') }}) as share,
        results.tolerance,
        results.description,
        results.sample_keys,
        batch_verdicts.score,
        batch_verdicts.verdict,
        batch_verdicts.decision,
        results.run_id
    from results
    left join batch_verdicts
        on results.batch_id = batch_verdicts._batch_id
)

select * from final
