{# The versions of a key follow each other without overlap and without a gap, and only the last is open. A key that is
   away has a version that says so. #}
{% test history_is_sound(model, feed) %}
{%- set columns = declared(feed).key %}

with

followed as (
    select
        {{ columns | join(', ') }},
        dbt_valid_from,
        dbt_valid_to,
        lead(dbt_valid_from) over (partition by {{ columns | join(', ') }} order by dbt_valid_from) as next_valid_from
    from {{ model }}
)

select *
from followed
where dbt_valid_from >= dbt_valid_to
    or (next_valid_from is null and dbt_valid_to is not null)
    or (next_valid_from is not null and (dbt_valid_to is null or dbt_valid_to <> next_valid_from))

{% endtest %}
