{# What is counted of a set of rows of `enriched_orders`, the same in every mart that sums them up. #}
{% macro sales_measures() -%}
        count(*) as order_line_count,
        count(distinct case when not is_excluded then order_id end) as order_count,
        -- orders of which revenue is known
        count(distinct case when not is_excluded and is_convertible then order_id end) as valued_order_count,
        count(distinct case when not is_excluded then customer_id end) as buyer_count,
        cast(coalesce(sum(case when not is_excluded then quantity end), 0) as {{ sql_type('integer') }}) as units_sold,
        coalesce({{ money('sum(revenue)') }}, {{ money(0) }}) as revenue,
        coalesce({{ money('sum(profit)') }}, {{ money(0) }}) as profit,
        cast(coalesce(sum(case when is_excluded then 1 else 0 end), 0) as {{ sql_type('integer') }})
            as excluded_line_count,
        coalesce({{ money('sum(case when is_excluded then reported_amount end)') }}, {{ money(0) }}) as excluded_amount,
        cast(coalesce(sum(case when is_convertible then 0 else 1 end), 0) as {{ sql_type('integer') }})
            as unconverted_line_count
{%- endmacro %}


{# The measures of a relation, 0 where a left join found nothing, and the quotients that follow from them. `total` is
   the expression of all revenue. #}
{% macro sales_columns(relation, total=none) -%}
        {%- for name in ['order_line_count', 'order_count', 'buyer_count', 'units_sold'] %}
        coalesce({{ relation }}.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        coalesce({{ relation }}.revenue, {{ money(0) }}) as revenue,
        {%- if total is not none %}
        {{ ratio('coalesce(' ~ relation ~ '.revenue, 0)', total) }} as revenue_share,
        {%- endif %}
        coalesce({{ relation }}.profit, {{ money(0) }}) as profit,
        {{ ratio(relation ~ '.profit', relation ~ '.revenue') }} as profit_margin,
        {{ ratio(relation ~ '.revenue', relation ~ '.valued_order_count') }} as average_order_value,
        coalesce({{ relation }}.excluded_line_count, 0) as excluded_line_count,
        coalesce({{ relation }}.excluded_amount, {{ money(0) }}) as excluded_amount,
        coalesce({{ relation }}.unconverted_line_count, 0) as unconverted_line_count
{%- endmacro %}
