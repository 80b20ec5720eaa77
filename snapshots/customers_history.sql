{% snapshot customers_history %}

{{ config(unique_key=snapshot_key_of('customers')) }}

{{ present_versions('customers') }}

{% endsnapshot %}
