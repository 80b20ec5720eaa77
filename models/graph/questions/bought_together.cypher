// Which pairs of products are bought by the same customers most often?
// $limit: integer = 5, how many rows
MATCH (a:Product)<-[:PURCHASED]-(c:Customer)-[:PURCHASED]->(b:Product)
WHERE a.product_id < b.product_id
WITH a, b, count(DISTINCT c) AS customers
RETURN a.name AS product, b.name AS bought_with, customers
ORDER BY customers DESC, product, bought_with
LIMIT $limit
