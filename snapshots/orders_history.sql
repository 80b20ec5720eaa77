{% snapshot orders_history %}

{{ config(unique_key=['order_id', 'line_number']) }}

{{ present_versions('orders') }}

{% endsnapshot %}
