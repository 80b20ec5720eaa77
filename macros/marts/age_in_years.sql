{# Completed years from a date of birth to a day. #}
{% macro age_in_years(date_of_birth, as_of) -%}
    extract(year from {{ as_of }}) - extract(year from {{ date_of_birth }})
        - case
            when extract(month from {{ as_of }}) * 100 + extract(day from {{ as_of }})
                < extract(month from {{ date_of_birth }}) * 100 + extract(day from {{ date_of_birth }})
                then 1
            else 0
        end
{%- endmacro %}
