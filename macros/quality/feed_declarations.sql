{# Raises one error that says of every feed in vars.yml what keeps it from being read. Called by every model that judges records,
   so that `dbt parse` already tells of all; what is built looks at its own feed again. #}
{% macro check_feeds(feed) %}
    {% set wrong = [] %}
    {% for name in ([feed] if execute else var('feeds')) %}
        {% set problems = feed_problems(declared(name)) %}
        {% for other in var('feeds') if other != name and other | lower == name | lower %}
            {% do problems.append("is called like the feed '" ~ other ~ "', letter case apart; call one of them otherwise") %}
        {% endfor %}
        {% if problems %}
            {% do wrong.append("The feed '" ~ name ~ "' in vars.yml " ~ problems | join('; it ') ~ '.') %}
        {% endif %}
    {% endfor %}
    {% if wrong %}{{ exceptions.raise_compiler_error(wrong | join(' ')) }}{% endif %}
{% endmacro %}


{# What is wrong with a feed, as ends of sentences. #}
{% macro feed_problems(feed) %}
    {% set problems = [] %}
    {% if feed is not mapping or feed.columns is not mapping or not feed.columns %}
        {{ return(['declares no columns; write columns: {name: {type: string}}']) }}
    {% endif %}
    {% if feed.delivery not in ['full', 'delta'] %}
        {% do problems.append("has the delivery '" ~ feed.delivery ~ "'; use full or delta") %}
    {% endif %}
    {% for part in ['key', 'required', 'bookkeeping'] %}
        {% set names = feed.get(part, [] if part == 'bookkeeping' else none) %}
        {% if names is string or names is not sequence or (part == 'key' and not names) %}
            {% do problems.append('names no ' ~ part ~ '; write ' ~ part ~ ': [name]') %}
        {% else %}
            {% for name in names if name not in feed.columns %}
                {% do problems.append("has the " ~ part ~ " '" ~ name ~ "', which is none of its columns") %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% set first = {} %}
    {% for name in feed.columns %}
        {% if name | lower in first %}
            {% do problems.append(
                "has the columns '" ~ first[name | lower] ~ "' and '" ~ name
                ~ "', which are one name to a warehouse; call one of them otherwise"
            ) %}
        {% else %}
            {% do first.update({name | lower: name}) %}
        {% endif %}
    {% endfor %}
    {% for name, column in feed.columns.items() %}
        {% set type = column.get('type') if column is mapping %}
        {% if type not in column_types() %}
            {% do problems.append(
                "gives the column '" ~ name ~ "' the type '" ~ type ~ "'; use " ~ column_types() | join(', ')
            ) %}
        {% elif has_default(column) and not is_default(column.default, type) %}
            {% do problems.append(
                "gives the column '" ~ name ~ "' the default " ~ column.default ~ ', which is no '
                ~ ('text' if type == 'string' else type) ~ ' (YAML reads NO as false); write a text in quotes'
            ) %}
        {% endif %}
        {% if not modules.re.fullmatch('[A-Za-z][A-Za-z0-9_]*', name | string) %}
            {% do problems.append(
                "has the column '" ~ name ~ "': use letters, digits and underscores, and map the file's own header to it (from: in configs/data-sources.yml)"
            ) %}
        {% elif name | lower in taken_names() or (name | lower).startswith(('raw__', 'text__', 'given__', 'dbt_')) %}
            {% do problems.append(
                "has the column '" ~ name ~ "', a name that SQL or the project has taken: use another, and map the file's own to it (from: in configs/data-sources.yml)"
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}


{# Whether a default is written as a value of its column's type. #}
{% macro is_default(value, type) %}
    {% set written = {'boolean': 'true|false', 'integer': '[-+]?[0-9]+', 'decimal': '[-+]?[0-9]+([.][0-9]+)?'} %}
    {% if type == 'string' %}{{ return(value is string or (value is number and value is not boolean)) }}{% endif %}
    {% if type in written %}{{ return(modules.re.fullmatch(written[type], value | string | lower) is not none) }}{% endif %}
    {{ return(is_bound(value, type)) }}
{% endmacro %}


{# The types that a column of a feed may have. #}
{% macro column_types() %}
    {{ return(['string', 'integer', 'decimal', 'boolean', 'date', 'timestamp']) }}
{% endmacro %}


{# What no column can be called without being quoted on one of the engines, and what the project adds to a feed's columns. #}
{% macro taken_names() %}
    {{ return([
        'all', 'alter', 'analyse', 'analyze', 'and', 'anti', 'any', 'array', 'as', 'asc', 'asymmetric', 'between', 'both', 'case', 'cast',
        'check', 'collate', 'column', 'constraint', 'create', 'cross', 'cube', 'current_date', 'current_path', 'current_role',
        'current_time', 'current_timestamp', 'current_user', 'deallocate', 'default', 'deferrable', 'delete', 'desc', 'describe',
        'distinct', 'do', 'drop', 'else', 'end', 'escape', 'except', 'execute', 'exists', 'extract', 'false', 'fetch',
        'for', 'foreign', 'from', 'full', 'grant', 'group', 'grouping', 'having', 'in', 'initially', 'inner', 'insert',
        'intersect', 'into', 'is', 'join', 'json_array', 'json_exists', 'json_object', 'json_query', 'json_table', 'json_value',
        'lambda', 'lateral', 'leading', 'left', 'like', 'limit', 'listagg', 'localtime', 'localtimestamp', 'natural',
        'normalize', 'not', 'null', 'offset', 'on', 'only', 'or', 'order', 'outer', 'overlaps', 'pivot', 'pivot_longer', 'pivot_wider', 'placing', 'prepare',
        'primary', 'qualify', 'recursive', 'references', 'returning', 'right', 'rollup', 'select', 'semi', 'session_user', 'show',
        'skip', 'some', 'summarize', 'symmetric', 'table', 'then', 'to', 'trailing', 'trim', 'true', 'uescape', 'union',
        'unique', 'unnest', 'unpivot', 'user', 'using', 'values', 'variadic', 'when', 'where', 'window', 'with',
        'asof', 'at', 'authorization', 'auto', 'binary', 'by', 'collation', 'concurrently', 'current_catalog', 'current_schema',
        'freeze', 'glob', 'ilike', 'isnull', 'notnull', 'positional', 'similar', 'tablesample', 'unpack', 'verbose',
        'already_known', 'batch_number', 'effective_at', 'expires_at', 'is_current', 'is_present', 'last_seen_number',
        'latest_full_number', 'newest_seen_number', 'recency', 'seen_number', 'version_number',
    ]) }}
{% endmacro %}
