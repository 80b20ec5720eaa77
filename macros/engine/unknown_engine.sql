{# What every dispatched macro does on an engine that it was not written for. #}
{% macro unknown_engine(macro_name) %}
    {{ exceptions.raise_compiler_error(
        "The macro '" ~ macro_name ~ "' has no variant for the engine '" ~ target.type
        ~ "'. Add " ~ target.type ~ "__" ~ macro_name ~ " under macros/engine/."
    ) }}
{% endmacro %}
