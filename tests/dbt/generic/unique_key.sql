{# Keys that come more than once, or, unless `nullable`, that are not whole: one test for what tells rows apart. With `feed`, the
   key that vars.yml declares of it, and the columns. #}
{% test unique_key(model, columns=[], feed=none, nullable=false) %}
{%- set columns = (declared(feed).key if feed else []) + columns %}

select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
{% if nullable -%}
where {% for name in columns %}{{ name }} is not null{{ ' and ' if not loop.last }}{% endfor %}
{% endif -%}
group by {{ columns | join(', ') }}
having count(*) > 1
    {%- if not nullable %}{% for name in columns %} or {{ name }} is null{% endfor %}{% endif %}

{% endtest %}
