// What runs out when a supplier fails: which products, with how much in stock and how many customers?
// $supplier: string, the supplier's id
// $limit: integer = 50, how many rows
MATCH (:Supplier {supplier_id: $supplier})-[:SUPPLIES]->(p:Product)
WHERE NOT coalesce(p.discontinued, false)
OPTIONAL MATCH (p)<-[bought:PURCHASED]-(c:Customer)
WITH p, count(DISTINCT c) AS customers, max(bought.date) AS last_bought
RETURN p.product_id AS product, p.name AS name, p.stock_quantity AS stock, customers, last_bought
ORDER BY customers DESC, product
LIMIT $limit
