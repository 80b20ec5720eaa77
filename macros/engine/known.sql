{# The known records of a feed, as a query: see `known_records`. Databricks and Athena work a subquery out anew wherever it
   is named, and Athena refuses a query of more than 150 stages, so there they are tables. #}
{% macro known(feed) %}{{ return(adapter.dispatch('known', 'lakegraph')(feed)) }}{% endmacro %}

{% macro default__known(feed) %}{{ unknown_engine('known') }}{% endmacro %}

{% macro duckdb__known(feed) %}{{ return(known_records(feed)) }}{% endmacro %}

{% macro databricks__known(feed) %}{{ return(known_from_table(feed)) }}{% endmacro %}

{% macro athena__known(feed) %}{{ return(known_from_table(feed)) }}{% endmacro %}

{% macro known_from_table(feed) %}{{ return('select * from ' ~ ref('known_' ~ feed)) }}{% endmacro %}
