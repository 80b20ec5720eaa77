{# The type of sums of money and of ratios: wide enough for what the widest values add up to. #}
{% macro money_type() -%}
    {{ return('decimal(38,4)') }}
{%- endmacro %}


{% macro money(expression) -%}
    cast({{ expression }} as {{ money_type() }})
{%- endmacro %}


{# A number with four decimals. Engines round a double of which 5 is the fifth as its binary value, or as it is written; so
   it becomes a decimal first, in which what it is written with is all there is. #}
{% macro rounded(expression) -%}
    {{ money('round(cast(' ~ expression ~ ' as decimal(38,10)), 4)') }}
{%- endmacro %}


{# A quotient with four decimals, null where the divisor is 0 or null. #}
{% macro ratio(dividend, divisor) -%}
    {{ rounded('cast(' ~ dividend ~ ' as double) / nullif(cast(' ~ divisor ~ ' as double), 0)') }}
{%- endmacro %}


{# What one unit of a currency is worth in the reporting currency; null where no rate says. #}
{% macro exchange_rate(currency, reporting_currency) -%}
    case
        when {{ currency }} is null or {{ currency }} = {{ reporting_currency }} then cast(1 as decimal(18,8))
        {%- for name, rate in (var('analytics').exchange_rates or {}).items() %}
        when {{ currency }} = {{ text_literal(name | upper) }} then cast({{ rate }} as decimal(18,8))
        {%- endfor %}
    end
{%- endmacro %}


{# What a customer of a tier is estimated to spend in all, for each unit spent up to now. #}
{% macro clv_factor(tier) -%}
    {%- set default = 'cast(' ~ var('analytics').clv_default_factor ~ ' as decimal(18,4))' -%}
    {%- if var('analytics').clv_factors -%}
    case {{ lower_case(tier) }}
        {%- for name, factor in var('analytics').clv_factors.items() %}
        when {{ lower_literal(name) }} then cast({{ factor }} as decimal(18,4))
        {%- endfor %}
        else {{ default }}
    end
    {%- else -%}
    {{ default }}
    {%- endif -%}
{%- endmacro %}
