// What did a customer order and review, newest first?
// $customer: string, the customer's id
// $limit: integer = 50, how many rows
CALL {
    MATCH (:Customer {customer_id: $customer})-[:PLACED]->(o:Order)
    // an order whose products are unknown is an order all the same
    OPTIONAL MATCH (o)-[:CONTAINS]->(p:Product)
    WITH DISTINCT o, p.name AS product ORDER BY product
    RETURN o.order_date AS date, 'order' AS event, o.order_id AS id, collect(product) AS products,
           o.amount AS amount, o.currency AS currency, o.status AS status, null AS rating
    UNION ALL
    MATCH (:Customer {customer_id: $customer})-[:WROTE]->(r:Review)
    OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
    RETURN r.review_date AS date, 'review' AS event, r.review_id AS id, collect(p.name) AS products,
           null AS amount, null AS currency, null AS status, r.rating AS rating
}
RETURN date, event, id, products, amount, currency, status, rating
ORDER BY date IS NULL, date DESC, event, id
LIMIT $limit
