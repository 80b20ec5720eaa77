{% snapshot shipping_history %}

{{ config(unique_key=['order_id', 'tracking_number']) }}

{{ present_versions('shipping') }}

{% endsnapshot %}
