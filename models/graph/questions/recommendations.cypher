// What could a customer like: what is bought by those who bought the same, most in common first?
// $customer: string, the customer's id
// $limit: integer = 10, how many rows
MATCH (me:Customer {customer_id: $customer})-[:PURCHASED]->(common:Product)<-[:PURCHASED]-(other:Customer)
WHERE other <> me
WITH me, other, count(DISTINCT common) AS in_common
MATCH (other)-[:PURCHASED]->(p:Product)
WHERE NOT coalesce(p.discontinued, false) AND NOT EXISTS { (me)-[:PURCHASED]->(p) }
// who bought a product twice speaks once for it
WITH DISTINCT p, other, in_common
RETURN p.product_id AS product, p.name AS name, p.category AS category, p.price AS price, p.currency AS currency,
       count(other) AS customers, sum(in_common) AS in_common
ORDER BY in_common DESC, customers DESC, product
LIMIT $limit
