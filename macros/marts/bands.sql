{# The name of the first band that a value fits in, as `analytics` in vars.yml lists them; null for null. `bound` is the
   key of the upper bound: `below` leaves it out, `up_to` takes it in. #}
{% macro banded(expression, bands, bound) -%}
    case
        when {{ expression }} is null then null
        {%- for band in var('analytics')[bands] %}
        {%- if band[bound] is defined %}
        when {{ expression }} {{ '<' if bound == 'below' else '<=' }} {{ band[bound] }}
            then {{ text_literal(band.name) }}
        {%- else %}
        else {{ text_literal(band.name) }}
        {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}


{# The name of the first class whose lower bounds are all reached. `measures` maps each bound to its expression. #}
{% macro ranked_class(classes, measures) -%}
    {%- set declared_classes = var('analytics')[classes] -%}
    {%- if declared_classes | length == 1 -%}{{ text_literal(declared_classes[0].name) }}{%- else -%}
    case
        {%- for class in declared_classes %}
        {%- set reached = [] %}
        {%- for bound, expression in measures.items() if class[bound] is defined %}
        {%- do reached.append(expression ~ ' >= ' ~ class[bound]) %}
        {%- endfor %}
        {%- if reached %}
        when {{ reached | join(' and ') }} then {{ text_literal(class.name) }}
        {%- else %}
        else {{ text_literal(class.name) }}
        {%- endif %}
        {%- endfor %}
    end
    {%- endif -%}
{%- endmacro %}
