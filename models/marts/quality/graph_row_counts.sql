{{ config(materialized='view') }}

with

runs as (
    select * from {{ source('ops', 'graph_runs') }}
),

row_counts as (
    select
        *,
        coalesce(stubs_created, 0) + coalesce(stubs_updated, 0) + coalesce(stubs_unchanged, 0) as stubs
    from {{ source('ops', 'graph_row_counts') }}
),

rejected_rows as (
    select
        run_id,
        kind,
        name,
        count(*) as row_count
    from {{ source('ops', 'graph_rejected_rows') }}
    group by run_id, kind, name
),

-- a load that was killed while it reported has no row among the runs
final as (
    select
        row_counts.run_id,
        runs.graph_id,
        runs.started_at,
        runs.status,
        row_counts.kind,
        row_counts.name,
        row_counts.model,
        row_counts.sent,
        row_counts.created,
        row_counts.updated,
        row_counts.unchanged,
        row_counts.rejected,
        row_counts.deleted,
        cast(row_counts.stubs as {{ sql_type('integer') }}) as stubs,
        row_counts.stubs_created,
        row_counts.stubs_updated,
        row_counts.stubs_unchanged,
        row_counts.in_graph,
        row_counts.seconds,
        row_counts.rows_written,
        cast(row_counts.rows_written / nullif(cast(row_counts.seconds as {{ sql_type('double') }}), 0)
            as {{ sql_type('double') }}) as rows_per_second,
        row_counts.retries,
        coalesce(
            row_counts.sent = row_counts.created + row_counts.updated + row_counts.unchanged + row_counts.rejected, false
        ) as is_balanced,
        -- a load that failed may have been stopped before its first write; import files are not in the graph yet
        runs.status <> 'succeeded' or coalesce(
            row_counts.in_graph = row_counts.created + row_counts.updated + row_counts.unchanged + row_counts.stubs, false
        ) as is_in_graph,
        row_counts.rejected = coalesce(rejected_rows.row_count, 0) as is_recorded
    from row_counts
    inner join runs
        on row_counts.run_id = runs.run_id
    left join rejected_rows
        on row_counts.run_id = rejected_rows.run_id
        and row_counts.kind = rejected_rows.kind
        and row_counts.name = rejected_rows.name
)

select * from final
