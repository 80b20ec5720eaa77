{%- set relationships = [
    {'from': 'orders', 'column': 'customer_id', 'to': 'customers', 'key': 'customer_id'},
    {'from': 'order_lines', 'column': 'product_id', 'to': 'products', 'key': 'product_id'},
    {'from': 'reviews', 'column': 'customer_id', 'to': 'customers', 'key': 'customer_id'},
    {'from': 'reviews', 'column': 'product_id', 'to': 'products', 'key': 'product_id'},
    {'from': 'products', 'column': 'supplier_id', 'to': 'suppliers', 'key': 'supplier_id'},
    {'from': 'inventory', 'column': 'product_id', 'to': 'products', 'key': 'product_id'},
    {'from': 'shipments', 'column': 'order_id', 'to': 'orders', 'key': 'order_id'},
] -%}
with

{% for relationship in relationships -%}
{{ relationship.from }}_by_{{ relationship.column }} as (
    select
        '{{ relationship.from }}' as from_model,
        '{{ relationship.column }}' as from_column,
        '{{ relationship.to }}' as to_model,
        count(*) as reference_count,
        count(case when referenced.{{ relationship.key }} is null then 1 end) as orphan_count
    from {{ ref(relationship.from) }} as referring
    left join {{ ref(relationship.to) }} as referenced
        on referring.{{ relationship.column }} = referenced.{{ relationship.key }}
    where referring.{{ relationship.column }} is not null
),

{% endfor -%}
-- categories and products refer by name: one that is not found has no id to look up
categories_by_parent as (
    select
        'categories' as from_model,
        'parent_category' as from_column,
        'categories' as to_model,
        count(*) as reference_count,
        count(case when has_unknown_parent then 1 end) as orphan_count
    from {{ ref('categories') }}
    where parent_category is not null
),

products_by_category as (
    select
        'products' as from_model,
        'category' as from_column,
        'categories' as to_model,
        count(*) as reference_count,
        count(case when category_id is null then 1 end) as orphan_count
    from {{ ref('products') }}
    where category is not null or subcategory is not null
),

final as (
    {%- for relationship in relationships %}
    select * from {{ relationship.from }}_by_{{ relationship.column }}
    union all
    {%- endfor %}
    select * from categories_by_parent
    union all
    select * from products_by_category
)

select * from final
