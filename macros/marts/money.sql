{# The type of sums of money and of ratios: wide enough for what the widest values add up to. #}
{% macro money_type() -%}
    {{ return('decimal(38,4)') }}
{%- endmacro %}


{% macro money(expression) -%}
    cast({{ expression }} as {{ money_type() }})
{%- endmacro %}


{# A quotient with four decimals, null where the divisor is 0 or null. #}
{% macro ratio(dividend, divisor) -%}
    {{ money('round(cast(' ~ dividend ~ ' as double) / nullif(cast(' ~ divisor ~ ' as double), 0), 4)') }}
{%- endmacro %}


{# What one unit of a currency is worth in the reporting currency; null where no rate says. #}
{% macro exchange_rate(currency, reporting_currency) -%}
    case
        when {{ currency }} is null or {{ currency }} = {{ reporting_currency }} then cast(1 as decimal(18,8))
        {%- for name, rate in var('analytics').exchange_rates.items() %}
        when {{ currency }} = {{ text_literal(name | upper) }} then cast({{ rate }} as decimal(18,8))
        {%- endfor %}
    end
{%- endmacro %}


{# What a customer of a tier is estimated to spend in all, for each unit spent up to now. #}
{% macro clv_factor(tier) -%}
    {%- set default = 'cast(' ~ var('analytics').clv_default_factor ~ ' as decimal(18,4))' -%}
    {%- if var('analytics').clv_factors -%}
    case lower({{ tier }})
        {%- for name, factor in var('analytics').clv_factors.items() %}
        when {{ text_literal(name | lower) }} then cast({{ factor }} as decimal(18,4))
        {%- endfor %}
        else {{ default }}
    end
    {%- else -%}
    {{ default }}
    {%- endif -%}
{%- endmacro %}
