{% snapshot inventory_history %}

{{ config(unique_key=['product_id', 'warehouse_id']) }}

{{ present_versions('inventory') }}

{% endsnapshot %}
