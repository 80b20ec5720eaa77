{# What a check of a drop contract found, as checks across feeds say it: columns of a row of ops.expectation_results. #}
{% macro drop_contract_columns() -%}
    expectation as check_id,
        'drop_contract' as source,
        asset as subject,
        severity as declared_severity,
        coalesce(checked, 1) as checked,
        case when success then 0 else greatest(coalesce(unexpected, 1), 1) end as broken,
        case
            when success then 0
            else coalesce(cast(greatest(coalesce(unexpected, 1), 1) as {{ sql_type('double') }}) / nullif(checked, 0), 1)
        end as share,
        cast(0 as {{ sql_type('decimal') }}) as tolerance,
        concat(
            coalesce(description, expectation),
            case when expected is null then '' else concat('; expected ', expected) end,
            case when observed is null then '' else concat('; found ', observed) end
        ) as description,
        cast(null as {{ sql_type('string') }}) as sample_keys
{%- endmacro %}
