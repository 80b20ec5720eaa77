{# The season of a date. #}
{% macro season_of(date) -%}
    case extract(month from {{ date }})
        {%- for season, months in var('analytics').seasons.items() %}
        {%- for month in months %}
        when {{ month }} then {{ text_literal(season) }}
        {%- endfor %}
        {%- endfor %}
    end
{%- endmacro %}


{# The year in which the season of a date began. #}
{% macro season_year_of(date) -%}
    extract(year from {{ date }})
        - case
            when extract(month from {{ date }}) in (0
                {%- for months in var('analytics').seasons.values() %}
                {%- for month in months if month < months[0] %}, {{ month }}{% endfor %}
                {%- endfor -%}
            ) then 1
            else 0
        end
{%- endmacro %}


{# The English name of a weekday, from 1 for Monday. #}
{% macro weekday_name(weekday) -%}
    case {{ weekday }}
        {%- for name in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] %}
        when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}


{# The time of day of a timestamp; null for null. #}
{% macro time_of_day(timestamp) -%}
    {%- set times = var('analytics').times_of_day -%}
    case
        when {{ timestamp }} is null then null
        {%- for time in times | reverse %}
        when extract(hour from {{ timestamp }}) >= {{ time.from_hour }} then {{ text_literal(time.name) }}
        {%- endfor %}
        else {{ text_literal(times[-1].name) }}
    end
{%- endmacro %}
