// Which products are in a category or in one below it?
// $category: string, the category's id or name
// $discontinued: boolean = false, whether to show products that are no longer sold
// $limit: integer = 100, how many rows
MATCH (root:Category)
WHERE root.category_id = $category OR toLower(root.name) = toLower($category)
MATCH (p:Product)-[:BELONGS_TO]->(c:Category)-[:CHILD_OF*0..]->(root)
WHERE $discontinued OR NOT coalesce(p.discontinued, false)
RETURN DISTINCT coalesce(c.path, c.name) AS category, p.product_id AS product, p.name AS name, p.price AS price,
       p.currency AS currency, p.stock_quantity AS stock
ORDER BY category, product
LIMIT $limit
