{# dbt-athena writes a description into the parameter `comment` as well, in which `Presto View` tells a view from a table of Hive's:
   a view that is told otherwise is not found any more. So views have descriptions of their columns alone. #}
{% macro athena__persist_docs(relation, model, for_relation=true, for_columns=true) %}
    {{ return(dbt.athena__persist_docs(relation, model, for_relation and not relation.is_view, for_columns)) }}
{% endmacro %}
