{# What a FAIL does in this environment: `warn` or `block`. One that is not listed blocks. #}
{% macro verdict_policy() %}
    {% set policies = var('verdict').policy %}
    {% set policy = policies.get(env_var('LAKEGRAPH_ENV', 'dev'), 'block') %}
    {% if policy not in ['warn', 'block'] %}
        {{ exceptions.raise_compiler_error(
            "`verdict.policy` in vars.yml says '" ~ policy ~ "' for the environment "
            ~ env_var('LAKEGRAPH_ENV', 'dev') ~ ". Use warn or block."
        ) }}
    {% endif %}
    {{ return(policy) }}
{% endmacro %}
