{% snapshot orders_history %}

{{ config(unique_key=snapshot_key_of('orders')) }}

{{ present_versions('orders') }}

{% endsnapshot %}
