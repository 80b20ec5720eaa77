{# A check of vars.yml by its id. #}
{% macro declared_check(id) %}
    {% for check in var('checks') if check.id == id %}{{ return(check) }}{% endfor %}
    {{ exceptions.raise_compiler_error(
        "vars.yml declares no check '" ~ id ~ "' under checks. Bring it back; a tolerance of 1 silences it."
    ) }}
{% endmacro %}


{# The declared checks as rows. One that is not among the `computed` ids, or whose severity the verdict does not know, ends the
   build. #}
{% macro declared_checks(computed) -%}
    {%- do check_checks(computed) -%}
    {%- for check in var('checks') %}
    select
        {{ text_literal(check.id) }} as check_id,
        '{{ check.severity }}' as declared_severity,
        cast({{ check.tolerance }} as {{ sql_type('decimal') }}) as tolerance,
        {{ text_literal(check.description) }} as description
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}


{# Raises one error that says of every check in vars.yml what is wrong with it. #}
{% macro check_checks(computed) %}
    {% set wrong, ids = [], [] %}
    {% for check in var('checks') %}
        {% set problems = [] %}
        {% if check.id not in computed %}
            {% do problems.append("is computed by nothing; use one of " ~ computed | sort | join(', ')
                ~ ", or compute it in models/staging/validation/batch_checks.sql") %}
        {% endif %}
        {% if check.id in ids %}{% do problems.append('is declared twice; leave one of the two out') %}{% endif %}
        {% if check.severity not in ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] %}
            {% do problems.append("has the severity '" ~ check.severity ~ "'; use CRITICAL, HIGH, MEDIUM or LOW") %}
        {% endif %}
        {% if problems %}
            {% do wrong.append("The check '" ~ check.id ~ "' in vars.yml " ~ problems | join('; it ') ~ '.') %}
        {% endif %}
        {% do ids.append(check.id) %}
    {% endfor %}
    {% if wrong %}{{ exceptions.raise_compiler_error(wrong | join(' ')) }}{% endif %}
{% endmacro %}


{# Texts as a list of literals, in lower case; without any, one that no data has, for not every engine knows an empty list. #}
{% macro lower_literals(values) -%}
    {%- for value in values or ['(no text)'] -%}{{ lower_literal(value) }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}


{# Keys and counts of a check's rows (check_id, record_key, is_broken, weight) with up to five broken keys as samples. #}
{% macro summed_checks(rows) -%}
    select
        check_id,
        cast(sum(weight) as {{ sql_type('integer') }}) as checked,
        cast(sum(case when is_broken then weight else 0 end) as {{ sql_type('integer') }}) as broken,
        nullif(concat_ws(', '
            {%- for place in range(1, 6) %},
            max(case when is_broken and place = {{ place }} then record_key end)
            {%- endfor %}
        ), '') as sample_keys
    from (
        select
            {{ rows }}.*,
            row_number() over (partition by check_id, is_broken order by record_key) as place
        from {{ rows }}
    ) as placed
    group by check_id
{%- endmacro %}
