{# The snapshot strategy `business_change`: a version ends when a business column of its key changes, or its key comes or goes.
   dbt's own `check` would ask the warehouse, for each batch, which of these columns there are. dbt finds it by its name. #}
{% macro snapshot_business_change_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {% set unique_key, updated_at = config.get('unique_key'), config.get('updated_at') %}
    {% set hard_deletes = adapter.get_hard_deletes_behavior(config) %}
    {{ return({
        'unique_key': snapshot_key(unique_key),
        'updated_at': updated_at,
        'row_changed': '(' ~ snapshotted_rel ~ '._business_hash <> ' ~ current_rel ~ '._business_hash or '
            ~ snapshotted_rel ~ '.is_present <> ' ~ current_rel ~ '.is_present)',
        'scd_id': snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
        'invalidate_hard_deletes': hard_deletes == 'invalidate',
        'hard_deletes': hard_deletes,
    }) }}
{% endmacro %}


{# In place of dbt's, which plans the query of each snapshot once more to learn the type of its times: it is declared. #}
{% macro check_time_data_types(sql) %}{% endmacro %}
