with

{% for feed in var('feeds') -%}
{{ feed }} as (
    select * from {{ ref('stg_commerce__' ~ feed ~ '_quarantine') }}
),

{% endfor -%}
final as (
    {%- for feed in var('feeds') %}
    select * from {{ feed }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
