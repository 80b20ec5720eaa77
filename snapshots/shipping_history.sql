{% snapshot shipping_history %}

{{ config(unique_key=snapshot_key_of('shipping')) }}

{{ present_versions('shipping') }}

{% endsnapshot %}
