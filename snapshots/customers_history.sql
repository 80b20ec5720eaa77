{% snapshot customers_history %}

{{ config(unique_key='customer_id') }}

{{ present_versions('customers') }}

{% endsnapshot %}
