{# A select of no rows with typed columns; `columns` as vars.yml declares them. #}
{% macro empty_select(columns) -%}
    select
    {%- for name, column in columns.items() %}
        cast(null as {{ sql_type(column.type) }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
    from (select 1 as nothing) as nothing
    where 1 = 0
{%- endmacro %}


{% macro columns_ddl(columns) -%}
    {%- for name, column in columns.items() -%}
        {{ name }} {{ sql_type(column.type) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# A feed as it lands: its columns as text, and the lineage. #}
{% macro bronze_columns(feed) %}
    {% set columns = {} %}
    {% for name in var('feeds')[feed].columns %}{% do columns.update({name: {'type': 'string'}}) %}{% endfor %}
    {% do columns.update(var('lineage')) %}
    {{ return(columns) }}
{% endmacro %}


{# The operational tables that dbt itself writes: which batches builds have begun to let in, which a whole build has taken
   in, the steps of builds, and what became of the graph marts. #}
{% macro dbt_ops_tables() %}
    {{ return({
        'applied_batches': {
            'batch_id': {'type': 'string'},
            'batch_date': {'type': 'date'},
            'applied_at': {'type': 'timestamp'},
            'invocation_id': {'type': 'string'},
        },
        'begun_batches': {
            'batch_id': {'type': 'string'},
            'invocation_id': {'type': 'string'},
        },
        'dbt_steps': var('ops_tables').processing_log,
        'graph_model_results': {
            'model': {'type': 'string'},
            'status': {'type': 'string'},
            'finished_at': {'type': 'timestamp'},
            'invocation_id': {'type': 'string'},
        },
    }) }}
{% endmacro %}
