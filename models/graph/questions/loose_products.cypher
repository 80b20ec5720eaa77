// Which products have no supplier or no category in the graph?
// $discontinued: boolean = false, whether to show products that are no longer sold
// $limit: integer = 50, how many rows
MATCH (p:Product)
WITH p, EXISTS { (:Supplier)-[:SUPPLIES]->(p) } AS has_supplier, EXISTS { (p)-[:BELONGS_TO]->(:Category) } AS has_category
WHERE NOT (has_supplier AND has_category) AND ($discontinued OR NOT coalesce(p.discontinued, false))
RETURN p.product_id AS product, p.name AS name, has_supplier, has_category
ORDER BY product
LIMIT $limit
