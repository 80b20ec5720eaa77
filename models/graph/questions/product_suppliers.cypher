// Who supplies a product, and who else supplies its category and could step in?
// $product: string, the product's id
MATCH (p:Product {product_id: $product})
OPTIONAL MATCH (p)-[:BELONGS_TO]->(:Category)<-[:BELONGS_TO]-(sibling:Product)
WITH p, [p] + collect(DISTINCT sibling) AS products
UNWIND products AS supplied
MATCH (s:Supplier)-[:SUPPLIES]->(supplied)
WITH p, s, collect(supplied) AS products
RETURN s.supplier_id AS supplier, s.name AS name, s.country AS country, s.reliability AS reliability,
       p IN products AS supplies_it, size(products) AS products_of_category
ORDER BY supplies_it DESC, coalesce(reliability, -1) DESC, supplier
