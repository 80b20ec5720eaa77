{%- set levels = 6 -%}
with

categories as (
    select * from {{ ref('int_categories_current') }}
    where is_present
),

-- a parent is given by name: of several with that name the root, else the lowest id
candidates as (
    select
        categories.category_id,
        parents.category_id as parent_category_id,
        row_number() over (
            partition by categories.category_id
            order by
                case when parents.parent_category is null then 0 else 1 end,
                parents.category_id
        ) as preference
    from categories
    inner join categories as parents
        on {{ lower_case('categories.parent_category') }} = {{ lower_case('parents.category_name') }}
        and categories.category_id <> parents.category_id
),

linked as (
    select
        categories.category_id,
        categories.category_name,
        categories.parent_category,
        candidates.parent_category_id
    from categories
    left join candidates
        on categories.category_id = candidates.category_id
        and candidates.preference = 1
),

-- climbing a bounded number of levels instead of recursion: Athena has none, and a cycle ends by itself
final as (
    select
        level_0.category_id,
        level_0.category_name,
        level_0.parent_category_id,
        level_0.parent_category is not null and level_0.parent_category_id is null as has_unknown_parent,
        level_{{ levels - 1 }}.parent_category_id is not null as is_too_deep,
        1
        {%- for n in range(1, levels) %}
            + case when level_{{ n }}.category_id is not null then 1 else 0 end
        {%- endfor %} as depth,
        concat_ws(
            ' > '
            {%- for n in range(levels - 1, -1, -1) %},
            level_{{ n }}.category_name
            {%- endfor %}
        ) as category_path,
        {%- for n in range(1, levels) %}
        level_{{ n }}.category_id as ancestor_{{ n }}_id,
        {{ lower_case('level_' ~ n ~ '.category_name') }} as ancestor_{{ n }}_name{{ ',' if not loop.last }}
        {%- endfor %}
    from linked as level_0
    {%- for n in range(1, levels) %}
    left join linked as level_{{ n }}
        on level_{{ n - 1 }}.parent_category_id = level_{{ n }}.category_id
    {%- endfor %}
)

select * from final
