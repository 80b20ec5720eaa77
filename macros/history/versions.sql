{# The versions of a feed while its keys were there, numbered. Of its columns those that the model's YAML names: a column that a
   feed is given later on is in the history at once, and here when it is described. #}
{% macro versions(feed) %}
with

history as (
    select * from {{ ref(feed ~ '_history') }}
    where is_present
),

final as (
    select
        {%- for name in declared(feed).columns if name in model.columns %}
        {{ name }},
        {%- endfor %}
        dbt_valid_from as effective_at,
        dbt_valid_to as expires_at,
        dbt_valid_to is null as is_current,
        cast(
            row_number() over (partition by {{ declared(feed).key | join(', ') }} order by dbt_valid_from)
            as {{ sql_type('integer') }}
        ) as version_number,
        _source_file,
        _source_line,
        _batch_id
    from history
)

select * from final
{% endmacro %}
