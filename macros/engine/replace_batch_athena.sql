{# One MERGE, and so one commit: what an earlier attempt left goes, the new rows come. A row of the source either names a
   batch to delete or is a row to insert. #}
{% macro athena__replace_batch(arguments) %}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | list -%}
    {%- set nulls = [] -%}
    {%- for column in arguments['dest_columns'] -%}
        {%- do nulls.append("cast(null as " ~ dml_data_type(column.data_type) ~ ")") -%}
    {%- endfor %}
    merge into {{ arguments['target_relation'] }} as target
    using (
        select cast(null as varchar) as replaced_batch_id, {{ columns | join(', ') }}
        from {{ arguments['temp_relation'] }}
        union all
        select batch_id, {{ nulls | join(', ') }}
        from ({{ replaced_batches() }}) as replaced
    ) as source
    on target._batch_id = source.replaced_batch_id
    when matched then delete
    when not matched and source.replaced_batch_id is null
        then insert ({{ columns | join(', ') }})
        values (source.{{ columns | join(', source.') }})
{% endmacro %}


{# dbt-athena knows no strategies but its own: these two of its macros let `replace_batch` through, by the way of `append`. #}
{% macro validate_get_incremental_strategy(raw_strategy, table_type) %}
    {% if raw_strategy == 'replace_batch' and table_type == 'iceberg' %}{{ return('append') }}{% endif %}
    {{ return(dbt.validate_get_incremental_strategy(raw_strategy, table_type)) }}
{% endmacro %}


{% macro incremental_insert(
    on_schema_change, tmp_relation, target_relation, existing_relation, force_batch, statement_name="main"
) %}
    {% if config.get('incremental_strategy') != 'replace_batch' %}
        {{ return(dbt.incremental_insert(
            on_schema_change, tmp_relation, target_relation, existing_relation, force_batch, statement_name
        )) }}
    {% endif %}
    {% set changed = process_schema_changes(on_schema_change, tmp_relation, existing_relation) %}
    {{ return(get_incremental_replace_batch_sql({
        'target_relation': target_relation,
        'temp_relation': tmp_relation,
        'dest_columns': changed or adapter.get_columns_in_relation(target_relation),
    })) }}
{% endmacro %}
