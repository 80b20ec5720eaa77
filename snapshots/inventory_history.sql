{% snapshot inventory_history %}

{{ config(unique_key=snapshot_key_of('inventory')) }}

{{ present_versions('inventory') }}

{% endsnapshot %}
