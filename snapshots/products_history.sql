{% snapshot products_history %}

{{ config(unique_key=snapshot_key_of('products')) }}

{{ present_versions('products') }}

{% endsnapshot %}
