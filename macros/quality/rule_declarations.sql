{# Raises one error that says of every rule in vars.yml that cannot be checked as it is written what is wrong. Called by
   every model that judges records, so that `dbt parse` already tells of all; what is built looks at its own feed again. #}
{% macro check_rules(feed) %}
    {% set problems, ids, others = [], [], var('feeds') | reject('equalto', feed) | list if execute else [] %}
    {% for rule in var('rules') %}
        {% if rule is not mapping or rule.id is not defined %}
            {% do problems.append('Entry ' ~ loop.index ~ ' of rules has no id.') %}
        {% else %}
            {% for problem in (rule_problems(rule) if rule.feed not in others else []) %}
                {% do problems.append("The rule '" ~ rule.id ~ "' " ~ problem ~ '.') %}
            {% endfor %}
            {% if rule.id in ids %}
                {% do problems.append("The rule '" ~ rule.id ~ "' is declared twice; give one another id.") %}
            {% endif %}
            {% do ids.append(rule.id) %}
        {% endif %}
    {% endfor %}
    {% if problems %}
        {{ exceptions.raise_compiler_error('The rules in vars.yml cannot be checked. ' ~ problems | join(' ')) }}
    {% endif %}
{% endmacro %}


{% macro rule_kinds() %}
    {{ return({
        'not_null': [],
        'range': ['min', 'max', 'above', 'below'],
        'format': ['format'],
        'not_future': [],
        'allowed': ['values'],
    }) }}
{% endmacro %}


{# What is wrong with one rule, as ends of a sentence that begins with its id. #}
{% macro rule_problems(rule) %}
    {% set problems, feeds, kinds = [], var('feeds'), rule_kinds() %}
    {% set id_pattern = '[A-Za-z0-9_.-]+' %}
    {% if not modules.re.fullmatch(id_pattern, rule.id | string) %}
        {% do problems.append('has an id with other signs than letters, digits, dots, hyphens and underscores') %}
    {% endif %}
    {% if rule.severity is not defined or rule.severity not in ['error', 'warn'] %}
        {% do problems.append("has the severity '" ~ rule.severity ~ "'; use error or warn") %}
    {% endif %}
    {% if rule.kind is not defined or rule.kind not in kinds %}
        {% do problems.append("has the unknown kind '" ~ rule.kind ~ "'; use " ~ kinds | join(', ')) %}
    {% endif %}
    {% if rule.feed is not defined or rule.feed not in feeds %}
        {% do problems.append("is for the unknown feed '" ~ rule.feed ~ "'; use " ~ feeds | join(', ')) %}
    {% endif %}
    {% if rule.columns is not defined or rule.columns is string or rule.columns is not sequence or not rule.columns %}
        {% do problems.append('names no columns; write columns: [name]') %}
    {% endif %}
    {% if not problems %}
        {% do problems.extend(column_problems(rule, rule.columns)) %}
        {% do problems.extend(parameter_problems(rule, kinds)) %}
        {% do problems.extend(condition_problems(rule)) %}
        {% if rule.id in automatic_ids(rule.feed) %}
            {% do problems.append('has the id of a rule that needs no entry; give it another or leave it out') %}
        {% endif %}
    {% endif %}
    {{ return(problems) }}
{% endmacro %}


{# The ids of the rules that follow from the feed itself. #}
{% macro automatic_ids(feed) %}
    {% set ids, columns = [feed ~ '.key.conflict', feed ~ '.row.repeat'], var('feeds')[feed].columns %}
    {% for name, column in columns.items() if column.type != 'string' %}
        {% do ids.append(feed ~ '.' ~ name ~ '.type') %}
    {% endfor %}
    {% for name in var('feeds')[feed].key if not has_default(columns[name]) %}
        {% do ids.append(feed ~ '.' ~ name ~ '.not_null') %}
    {% endfor %}
    {{ return(ids) }}
{% endmacro %}


{% macro column_problems(rule, columns) %}
    {% set problems, declared_columns = [], var('feeds')[rule.feed].columns %}
    {% for name in columns if name not in declared_columns %}
        {% do problems.append("names the column '" ~ name ~ "', which the feed " ~ rule.feed ~ ' does not have') %}
    {% endfor %}
    {% for name in columns if name in declared_columns %}
        {% set type = declared_columns[name].type %}
        {% if rule.kind == 'range' and type not in ['integer', 'decimal', 'date', 'timestamp'] %}
            {% do problems.append('is a range of ' ~ name ~ ', which is a ' ~ type ~ ' and has none') %}
        {% elif rule.kind == 'not_future' and type not in ['date', 'timestamp'] %}
            {% do problems.append('is about the time of ' ~ name ~ ', which is a ' ~ type) %}
        {% endif %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}


{% macro parameter_problems(rule, kinds) %}
    {% set problems, parameters = [], kinds[rule.kind] %}
    {% for name in rule if name not in ['id', 'feed', 'kind', 'columns', 'severity', 'message', 'when'] + parameters %}
        {% do problems.append("has the parameter '" ~ name ~ "', which " ~ rule.kind ~ ' does not know') %}
    {% endfor %}
    {% if rule.kind == 'range' %}
        {% set bounds = parameters | select('in', rule) | list %}
        {% if not bounds %}
            {% do problems.append('has no bound; give min, max, above or below') %}
        {% endif %}
        {% for name in rule.columns if name in var('feeds')[rule.feed].columns %}
            {% set type = var('feeds')[rule.feed].columns[name].type %}
            {% for bound in bounds if not is_bound(rule[bound], type) %}
                {% do problems.append("has " ~ bound ~ ": '" ~ rule[bound] ~ "', which is no " ~ type) %}
            {% endfor %}
        {% endfor %}
    {% elif rule.kind == 'format' and (rule.format is not defined or rule.format not in var('formats')) %}
        {% do problems.append(
            "has the unknown format '" ~ rule.format ~ "'; use " ~ var('formats') | join(', ') ~ ' or add it to formats'
        ) %}
    {% elif rule.kind == 'allowed' and not is_filled_list(rule['values']) %}
        {% do problems.append('allows no values; write values: [one, another]') %}
    {% elif rule.kind == 'allowed' %}
        {% for name in rule.columns if name in var('feeds')[rule.feed].columns %}
            {% do problems.extend(value_problems(rule, name, rule['values'])) %}
        {% endfor %}
    {% endif %}
    {{ return(problems) }}
{% endmacro %}


{# What is wrong with values that a column is compared with. YAML reads some that are written without quotes as something else
   (010 is 8), so that whoever writes a number for a text is asked to say how it stands in the files. #}
{% macro value_problems(rule, name, values) %}
    {% set problems, type = [], var('feeds')[rule.feed].columns[name].type %}
    {% for value in values if value is not string %}
        {% set is_of_type = (
            (type == 'boolean' and value is boolean)
            or (type in ['integer', 'decimal'] and value is number and value is not boolean)
            or (type in ['date', 'timestamp'] and value.isoformat is defined)
        ) %}
        {% if not is_of_type %}
            {% do problems.append(
                "compares " ~ name ~ " with the value " ~ value ~ ", which is no " ~ ('text' if type == 'string' else type)
                ~ " (YAML reads NO as false, 010 as 8, 12:30 as 750); write it in quotes, as it stands in the files"
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}


{% macro condition_problems(rule) %}
    {% if rule.when is not defined %}
        {{ return([]) }}
    {% endif %}
    {% if rule.when is not mapping or rule.when.column is not defined or not is_filled_list(rule.when['values']) %}
        {{ return(['has a `when` without column and values; write when: {column: name, values: [one, another]}']) }}
    {% endif %}
    {% if rule.when.column not in var('feeds')[rule.feed].columns %}
        {{ return([
            "has a `when` on the column '" ~ rule.when.column ~ "', which the feed " ~ rule.feed ~ ' does not have'
        ]) }}
    {% endif %}
    {{ return(value_problems(rule, rule.when.column, rule.when['values'])) }}
{% endmacro %}


{% macro is_filled_list(value) %}
    {{ return(value is defined and value is sequence and value is not string and value | length > 0) }}
{% endmacro %}


{# Whether a bound is written as a value of the column's type. #}
{% macro is_bound(value, type) %}
    {% if type in ['integer', 'decimal'] %}
        {{ return(value is number and value is not boolean) }}
    {% endif %}
    {% set time = '([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?' if type == 'timestamp' else '' %}
    {% set pattern = '[0-9]{4}-[0-9]{2}-[0-9]{2}' ~ time %}
    {{ return(modules.re.fullmatch(pattern, value | string) is not none) }}
{% endmacro %}
