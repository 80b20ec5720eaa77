{# The rules that a record breaks, as their ids joined by commas in the order of their declaration; null when it breaks
   none. `severity` is `error` (the automatic rules of types, keys and repeats are among them) or `warn`. #}
{% macro failed_rules(feed, severity='error') -%}
    {%- set broken = [] -%}
    {%- if severity == 'error' -%}
        {%- do check_rules(feed) -%}
        {%- do broken.extend(automatic_rules(feed)) -%}
    {%- endif -%}
    {%- for rule in var('rules') if rule.feed == feed and rule.severity == severity -%}
        {%- do broken.append({'id': rule.id, 'condition': rule_is_broken(rule)}) -%}
    {%- endfor -%}
    {%- if not broken -%}
    cast(null as {{ sql_type('string') }})
    {%- else -%}
        {%- set ids = [] -%}
        {%- for rule in broken -%}
            {%- do ids.append("case when " ~ rule.condition ~ " then '" ~ rule.id ~ "' end") -%}
        {%- endfor %}
    nullif({{ joined_texts("','", ids) }}, '')
    {%- endif -%}
{%- endmacro %}


{# Rules that follow from the feed itself. #}
{% macro automatic_rules(feed) %}
    {% set rules = [] %}
    {% for name, column in declared(feed).columns.items() if column.type != 'string' %}
        {% do rules.append({
            'id': feed ~ '.' ~ name ~ '.type',
            'condition': name ~ ' is null and text__' ~ name ~ ' is not null',
        }) %}
    {% endfor %}
    {% for name in declared(feed).key if not has_default(declared(feed).columns[name]) %}
        {% do rules.append({
            'id': feed ~ '.' ~ name ~ '.not_null',
            'condition': 'text__' ~ name ~ ' is null',
        }) %}
    {% endfor %}
    {% do rules.append({'id': feed ~ '.key.conflict', 'condition': '_key_conflicts'}) %}
    {% do rules.append({'id': feed ~ '.row.repeat', 'condition': '_row_repeats'}) %}
    {{ return(rules) }}
{% endmacro %}


{# Whether a record breaks a declared rule, as one expression; it is broken when any of its columns breaks it. A column
   that the file lacks breaks nothing, also where a default stands in for it. #}
{% macro rule_is_broken(rule) %}
    {% set conditions = [] %}
    {% for name in rule.columns %}
        {% do conditions.append('(' ~ column_breaks(rule, name) ~ ') and not ' ~ column_is_absent(name)) %}
    {% endfor %}
    {% set broken = conditions | join(' or ') %}
    {% if rule.when is defined %}
        {% set broken = '(' ~ broken ~ ') and ' ~ is_among(rule.feed, rule.when.column, rule.when['values'])
            ~ ' and not ' ~ column_is_absent(rule.when.column) %}
    {% endif %}
    {{ return(broken) }}
{% endmacro %}


{# A text that cannot be read as its type is reported by the rule of the type alone, not as missing. #}
{% macro column_breaks(rule, name) %}
    {% set type = declared(rule.feed).columns[name].type %}
    {% if rule.kind == 'not_null' %}
        {{ return('text__' ~ name ~ ' is null and ' ~ name ~ ' is null') }}
    {% elif rule.kind == 'range' %}
        {% set bounds = [] %}
        {% for bound, comparison in {'min': '<', 'max': '>', 'above': '<=', 'below': '>='}.items() %}
            {% if rule[bound] is defined %}
                {% do bounds.append(name ~ ' ' ~ comparison ~ ' ' ~ bound_literal(rule[bound], type)) %}
            {% endif %}
        {% endfor %}
        {{ return(bounds | join(' or ')) }}
    {% elif rule.kind == 'format' %}
        {% set text = name if type == 'string' else 'text__' ~ name %}
        {{ return(name ~ ' is not null and not (' ~ has_format(text, rule.format) ~ ')') }}
    {% elif rule.kind == 'not_future' %}
        {{ return('cast(' ~ name ~ ' as date) > _batch_date') }}
    {% elif rule.kind == 'allowed' %}
        {{ return('not ' ~ is_among(rule.feed, name, rule['values'])) }}
    {% endif %}
{% endmacro %}


{# A format is one regular expression, or several that must all match. #}
{% macro has_format(text, format) %}
    {% set patterns, matched = var('formats')[format], [] %}
    {% for pattern in ([patterns] if patterns is string else patterns) %}
        {% do matched.append(matches(text, pattern)) %}
    {% endfor %}
    {{ return(matched | join(' and ')) }}
{% endmacro %}


{% macro bound_literal(value, type) %}
    {% if type in ['integer', 'decimal'] %}{{ return(value | string) }}{% endif %}
    {{ return('cast(' ~ text_literal(value | string | replace('T', ' ')) ~ ' as ' ~ sql_type(type) ~ ')') }}
{% endmacro %}


{# Whether a column of a feed holds one of some values: numbers by their value, texts letter case apart. #}
{% macro is_among(feed, name, values) %}
    {% set literals = [] %}
    {% if declared(feed).columns[name].type in ['integer', 'decimal'] and values | select('number') | list == values %}
        {{ return(name ~ ' in (' ~ values | join(', ') ~ ')') }}
    {% endif %}
    {% for value in values %}{% do literals.append(lower_literal(value)) %}{% endfor %}
    {{ return(
        lower_case('cast(' ~ name ~ ' as ' ~ sql_type('string') ~ ')') ~ ' in (' ~ literals | join(', ') ~ ')'
    ) }}
{% endmacro %}


{# Whether the file that a record came in lacks a column, which makes rules on it not applicable. #}
{% macro column_is_absent(name) %}
    {{ return("(position('," ~ name ~ ",' in _absent_columns) > 0)") }}
{% endmacro %}
