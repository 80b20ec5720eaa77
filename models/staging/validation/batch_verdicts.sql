{{ config(
    materialized='incremental',
    incremental_strategy='replace_batch',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}
{%- set verdict = var('verdict') -%}
{%- set policy = verdict_policy() -%}

with

batch_in_progress as (
    select * from {{ ref('batch_in_progress') }}
),

failed_checks as (
    select batch_checks.*
    from {{ ref('batch_checks') }} as batch_checks
    inner join batch_in_progress
        on batch_checks._batch_id = batch_in_progress.batch_id
    where batch_checks.severity <> 'NONE'
),

-- the trigger asks that the checks be passed: no policy lets such a batch in that fails them
asked as (
    select batches.batch_id
    from {{ source('ops', 'batches') }} as batches
    inner join batch_in_progress
        on batches.batch_id = batch_in_progress.batch_id
    where position(',business_rules_validation,' in concat(',', coalesce(batches.asked_checks, ''), ',')) > 0
),

decisions as (
    {{ latest_decisions(source('ops', 'batch_decisions')) }}
),

admitted_before as (
    {% if is_incremental() -%}
    select _batch_id as batch_id, decided_by from {{ this }} where decision = 'admitted'
    {%- else -%}
    {{ empty_select({'batch_id': {'type': 'string'}, 'decided_by': {'type': 'string'}}) }}
    {%- endif %}
),

-- told worst first, at most three of them
ranked as (
    select
        failed_checks.*,
        row_number() over (
            order by
                case severity when 'CRITICAL' then 1 when 'HIGH' then 2 when 'MEDIUM' then 3 else 4 end,
                check_id,
                subject
        ) as place
    from failed_checks
),

counts as (
    select
        {%- for severity in ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] %}
        cast(count(case when severity = '{{ severity }}' then 1 end) as {{ sql_type('integer') }}) as {{ severity | lower }}_count,
        {%- endfor %}
        {%- for place in [1, 2, 3] %}
        max(case when place = {{ place }} then
            concat(
                check_id,
                case when subject is null then '' else concat(' of ', subject) end,
                ' ', severity, ': ',
                -- what an expectation counts, only its description tells
                case
                    when source = 'drop_contract' then substr(description, 1, 300)
                    else concat(cast(broken as {{ sql_type('string') }}), ' of ', cast(checked as {{ sql_type('string') }}))
                end
            )
        end) as reason_{{ place }},
        {%- endfor %}
        count(*) as failed_count
    from ranked
),

scored as (
    select
        batch_in_progress.batch_id,
        batch_in_progress.batch_date,
        counts.*,
        100
        {%- for severity, weight in verdict.weights.items() %} - {{ weight }} * counts.{{ severity | lower }}_count{% endfor %} as score
    from batch_in_progress
    cross join counts
),

judged as (
    select
        scored.*,
        case
            when score < {{ verdict.warning }}
                {%- for severity in verdict.fails_on %} or {{ severity | lower }}_count > 0{% endfor %} then 'FAIL'
            when score < {{ verdict.passed }}
                {%- for severity in verdict.warns_on %} or {{ severity | lower }}_count > 0{% endfor %} then 'WARN'
            else 'PASS'
        end as verdict
    from scored
),

decided as (
    select
        judged.*,
        case
            when judged.verdict <> 'FAIL' then 'verdict'
            when decisions.decision = 'release' then concat('release by ', coalesce(decisions.decided_by, 'unknown'))
            when admitted_before.decided_by = 'verdict' then 'earlier admission'
            when admitted_before.batch_id is not null then admitted_before.decided_by
            when asked.batch_id is not null then 'trigger'
            else 'policy {{ policy }}'
        end as decided_by
    from judged
    left join asked
        on judged.batch_id = asked.batch_id
    left join decisions
        on judged.batch_id = decisions.batch_id
    left join admitted_before
        on judged.batch_id = admitted_before.batch_id
),

final as (
    select
        batch_id as _batch_id,
        batch_date,
        cast(score as {{ sql_type('integer') }}) as score,
        verdict,
        case when decided_by in ('trigger', 'policy block') then 'held' else 'admitted' end as decision,
        decided_by,
        critical_count,
        high_count,
        medium_count,
        low_count,
        nullif(concat_ws('; ',
            case when decided_by = 'trigger' then 'its trigger asks for business_rules_validation' end,
            reason_1, reason_2, reason_3,
            case when failed_count > 3
                then concat(cast(failed_count - 3 as {{ sql_type('string') }}), ' more') end), '') as reasons
    from decided
)

select * from final
