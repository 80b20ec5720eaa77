{% snapshot products_history %}

{{ config(unique_key='product_id') }}

{{ present_versions('products') }}

{% endsnapshot %}
