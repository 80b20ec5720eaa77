-- a line of a file is one record: it is valid or quarantined, and only once
with

records as (
    {%- for feed in var('feeds') %}
    select '{{ feed }}' as feed, _batch_id as batch_id, _source_file as source_file, _source_line as source_line
    from {{ ref('stg_commerce__' ~ feed) }}
    union all
    select feed, batch_id, source_file, source_line
    from {{ ref('stg_commerce__' ~ feed ~ '_quarantine') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select feed, batch_id, source_file, source_line, count(*) as row_count
from records
where source_line is not null
group by feed, batch_id, source_file, source_line
having count(*) > 1
