{# The rules that a record breaks, as their ids joined by commas in the order of their declaration; null when it breaks
   none. `severity` is `error` (the automatic rules of types, keys and repeats are among them) or `warn`. #}
{% macro failed_rules(feed, severity='error') -%}
    {%- set broken = [] -%}
    {%- if severity == 'error' -%}
        {%- do broken.extend(automatic_rules(feed)) -%}
    {%- endif -%}
    {%- for rule in var('rules') if rule.feed == feed and rule.severity == severity -%}
        {%- do broken.append({'id': rule.id, 'condition': rule_is_broken(rule)}) -%}
    {%- endfor -%}
    {%- if not broken -%}
    cast(null as {{ sql_type('string') }})
    {%- else -%}
    nullif(concat_ws(','
        {%- for rule in broken %},
            case when {{ rule.condition }} then '{{ rule.id }}' end
        {%- endfor %}
        ), '')
    {%- endif -%}
{%- endmacro %}


{# Rules that follow from the feed itself. #}
{% macro automatic_rules(feed) %}
    {% set rules = [] %}
    {% for name, column in declared(feed).columns.items() if column.type != 'string' %}
        {% do rules.append({
            'id': feed ~ '.' ~ name ~ '.type',
            'condition': name ~ ' is null and ' ~ clean_text('raw__' ~ name) ~ ' is not null',
        }) %}
    {% endfor %}
    {% for name in declared(feed).key if declared(feed).columns[name].default is not defined %}
        {% do rules.append({
            'id': feed ~ '.' ~ name ~ '.not_null',
            'condition': clean_text('raw__' ~ name) ~ ' is null',
        }) %}
    {% endfor %}
    {% do rules.append({'id': feed ~ '.key.conflict', 'condition': '_key_conflicts'}) %}
    {% do rules.append({'id': feed ~ '.row.repeat', 'condition': '_row_repeats'}) %}
    {{ return(rules) }}
{% endmacro %}


{# Whether a record breaks a declared rule, as one expression; it is broken when any of its columns breaks it. #}
{% macro rule_is_broken(rule) %}
    {% set conditions = [] %}
    {% for name in rule.columns %}
        {% if name not in declared(rule.feed).columns %}
            {{ exceptions.raise_compiler_error(
                "The rule '" ~ rule.id ~ "' in vars.yml names the column '" ~ name ~ "', which the feed "
                ~ rule.feed ~ " does not have."
            ) }}
        {% endif %}
        {% do conditions.append('(' ~ column_breaks(rule, name) ~ ')') %}
    {% endfor %}
    {% set broken = conditions | join(' or ') %}
    {% if rule.when is defined %}
        {% set broken = '(' ~ broken ~ ') and ' ~ is_among(rule.when.column, rule.when['values']) %}
    {% endif %}
    {{ return(broken) }}
{% endmacro %}


{# A text that cannot be read as its type is reported by the rule of the type alone, not as missing. #}
{% macro column_breaks(rule, name) %}
    {% if rule.kind == 'not_null' %}
        {{ return(
            clean_text('raw__' ~ name) ~ ' is null and ' ~ name ~ ' is null and not (' ~ column_is_absent(name) ~ ')'
        ) }}
    {% elif rule.kind == 'range' %}
        {% set bounds = [] %}
        {% for bound, comparison in {'min': '<', 'max': '>', 'above': '<=', 'below': '>='}.items() %}
            {% if rule[bound] is defined %}
                {% do bounds.append(name ~ ' ' ~ comparison ~ ' ' ~ rule[bound]) %}
            {% endif %}
        {% endfor %}
        {{ return(bounds | join(' or ')) }}
    {% elif rule.kind == 'format' %}
        {{ return('not ' ~ matches(name, var('formats')[rule.format])) }}
    {% elif rule.kind == 'not_future' %}
        {{ return('cast(' ~ name ~ ' as date) > _batch_date') }}
    {% elif rule.kind == 'allowed' %}
        {{ return('not ' ~ is_among(name, rule['values'])) }}
    {% endif %}
    {{ exceptions.raise_compiler_error(
        "The rule '" ~ rule.id ~ "' in vars.yml has the unknown kind '" ~ rule.kind
        ~ "'. Use not_null, range, format, not_future or allowed."
    ) }}
{% endmacro %}


{# Whether a column holds one of some values, letter case apart. #}
{% macro is_among(name, values) %}
    {% set literals = [] %}
    {% for value in values %}{% do literals.append(text_literal(value | string | lower)) %}{% endfor %}
    {{ return(
        'lower(cast(' ~ name ~ ' as ' ~ sql_type('string') ~ ')) in (' ~ literals | join(', ') ~ ')'
    ) }}
{% endmacro %}


{# Whether the file that a record came in lacks a column, which makes rules on it not applicable. #}
{% macro column_is_absent(name) %}
    {{ return("position('," ~ name ~ ",' in concat(',', _absent_columns, ',')) > 0") }}
{% endmacro %}
