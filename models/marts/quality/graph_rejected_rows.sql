{{ config(materialized='view') }}

with

rejected_rows as (
    select * from {{ source('ops', 'graph_rejected_rows') }}
),

runs as (
    select
        run_id,
        started_at,
        started_at = max(started_at) over (partition by graph_id) as is_latest
    from {{ source('ops', 'graph_runs') }}
),

feeds as (
    select
        batch_id,
        source_file,
        min(feed) as feed
    from {{ source('ops', 'batch_files') }}
    group by batch_id, source_file
),

final as (
    select
        rejected_rows.run_id,
        runs.started_at,
        coalesce(runs.is_latest, false) as is_latest,
        rejected_rows.kind,
        rejected_rows.name,
        rejected_rows.model,
        rejected_rows.reason,
        rejected_rows.detail,
        rejected_rows.row_key,
        rejected_rows.row_json,
        rejected_rows.batch_id,
        feeds.feed,
        rejected_rows.source_file,
        rejected_rows.source_line,
        rejected_rows.source_file is null or feeds.feed is not null as is_traced
    from rejected_rows
    left join runs
        on rejected_rows.run_id = runs.run_id
    left join feeds
        on rejected_rows.batch_id = feeds.batch_id
        and rejected_rows.source_file = feeds.source_file
)

select * from final
