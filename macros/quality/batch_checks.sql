{# A check of vars.yml by its id. #}
{% macro declared_check(id) %}
    {% for check in var('checks') if check.id == id %}{{ return(check) }}{% endfor %}
    {{ exceptions.raise_compiler_error(
        "vars.yml declares no check '" ~ id ~ "' under checks. Bring it back; a tolerance of 1 silences it."
    ) }}
{% endmacro %}


{# The declared checks as rows. Severities other than those that the verdict knows end the build. #}
{% macro declared_checks() -%}
    {%- for check in var('checks') -%}
        {%- if check.severity not in ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] -%}
            {{ exceptions.raise_compiler_error(
                "The check '" ~ check.id ~ "' in vars.yml has the severity '" ~ check.severity
                ~ "'. Use CRITICAL, HIGH, MEDIUM or LOW."
            ) }}
        {%- endif %}
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
