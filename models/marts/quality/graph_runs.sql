{{ config(materialized='view') }}

with

runs as (
    select * from {{ source('ops', 'graph_runs') }}
),

row_counts as (
    select * from {{ source('ops', 'graph_row_counts') }}
),

sums as (
    select
        run_id,
        count(*) as mart_count,
        sum(sent) as rows_sent,
        sum(created) as rows_created,
        sum(updated) as rows_updated,
        sum(unchanged) as rows_unchanged,
        sum(rejected) as rows_rejected,
        sum(deleted) as rows_deleted,
        sum(coalesce(stubs_created, 0) + coalesce(stubs_updated, 0) + coalesce(stubs_unchanged, 0)) as stubs
    from row_counts
    group by run_id
),

final as (
    select
        runs.run_id,
        runs.graph_id,
        runs.started_at,
        runs.finished_at,
        runs.duration_seconds,
        runs.status,
        runs.error,
        runs.started_at = max(runs.started_at) over (partition by runs.graph_id) as is_latest,
        cast(coalesce(sums.mart_count, 0) as {{ sql_type('integer') }}) as mart_count,
        cast(sums.rows_sent as {{ sql_type('integer') }}) as rows_sent,
        cast(sums.rows_created as {{ sql_type('integer') }}) as rows_created,
        cast(sums.rows_updated as {{ sql_type('integer') }}) as rows_updated,
        cast(sums.rows_unchanged as {{ sql_type('integer') }}) as rows_unchanged,
        cast(sums.rows_rejected as {{ sql_type('integer') }}) as rows_rejected,
        cast(sums.rows_deleted as {{ sql_type('integer') }}) as rows_deleted,
        cast(sums.stubs as {{ sql_type('integer') }}) as stubs,
        runs.rows_written,
        cast(runs.rows_written / nullif(cast(runs.duration_seconds as {{ sql_type('double') }}), 0)
            as {{ sql_type('double') }}) as rows_per_second,
        runs.retries,
        runs.status = 'failed' or sums.mart_count is not null as is_counted,
        runs.report
    from runs
    left join sums
        on runs.run_id = sums.run_id
)

select * from final
