with

{% for feed in var('feeds') -%}
{{ feed }} as (
    {{- quarantine_with_its_end(feed) }}
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
