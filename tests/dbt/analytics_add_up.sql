-- what the analyses by segment, category and season count adds up to the summary; customers and products to their own
{%- set sums = ['order_line_count', 'units_sold', 'revenue', 'profit', 'excluded_line_count', 'excluded_amount',
    'unconverted_line_count'] %}
{%- set parts = {
    'segment_analysis': sums + ['customer_count'],
    'category_analysis': sums + ['product_count', 'sold_product_count'],
    'seasonal_analysis': sums,
} %}
with

summary as (
    select * from {{ ref('analytics_summary') }}
),

compared as (
    {%- for mart, columns in parts.items() %}
    {%- for column in columns %}
    select
        '{{ mart }}' as mart,
        '{{ column }}' as measure,
        coalesce((select sum({{ column }}) from {{ ref(mart) }}), 0) as parts,
        coalesce((select {{ column }} from summary), 0) as whole

    union all
    {% endfor %}
    {%- endfor %}
    select
        'customer_analytics' as mart,
        'total_spent' as measure,
        coalesce((select sum(total_spent) from {{ ref('customer_analytics') }}), 0)
            + coalesce((
                select sum(revenue) from {{ ref('segment_analysis') }} where value_segment = 'Unknown Customer'
            ), 0) as parts,
        coalesce((select revenue from summary), 0) as whole

    union all

    select
        'customers' as mart,
        'customer_count' as measure,
        (select count(*) from {{ ref('customers') }}) as parts,
        coalesce((select customer_count from summary), 0) as whole

    union all

    select
        'products' as mart,
        'product_count' as measure,
        (select count(*) from {{ ref('products') }}) as parts,
        coalesce((select product_count from summary), 0) as whole
)

select *
from compared
where parts <> whole
