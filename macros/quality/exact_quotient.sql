{# A decimal divided by an integer, rounded half up to 4 decimals. Some engines divide by way of floating point, which is off
   by the last digit where the fifth is a 5: what is left of the division says so. #}
{% macro exact_quotient(amount, count) -%}
    {%- set near = 'try_cast(' ~ amount ~ ' / nullif(' ~ count ~ ', 0) as ' ~ sql_type('decimal') ~ ')' -%}
    {%- set left_over = '2 * (' ~ amount ~ ' - ' ~ count ~ ' * ' ~ near ~ ')' -%}
    {{ near }} + case
        -- beyond what the rules let pass, the products would overflow
        when not (abs({{ amount }}) <= 1000000000 and {{ count }} between 1 and 1000000) then 0
        when {{ left_over }} >= {{ count }} * 0.0001 then 0.0001
        when {{ left_over }} < {{ count }} * -0.0001 then -0.0001
        else 0
    end
{%- endmacro %}
