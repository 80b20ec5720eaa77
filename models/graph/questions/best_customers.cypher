// Which customers ordered for the largest amount, per currency, cancelled orders left out?
// $limit: integer = 5, how many rows
MATCH (c:Customer)-[:PLACED]->(o:Order)
WHERE NOT toLower(coalesce(o.status, '')) STARTS WITH 'cancel'
WITH c, toUpper(coalesce(o.currency, 'unknown')) AS currency, count(o) AS orders, sum(o.amount) AS amount
RETURN c.customer_id AS customer, c.name AS name, orders, round(amount, 2) AS amount, currency
ORDER BY amount DESC, customer, currency
LIMIT $limit
