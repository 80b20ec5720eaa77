// Which customers ordered for the largest amount, in each currency, cancelled orders left out?
// $limit: integer = 5, how many rows of each currency
MATCH (c:Customer)-[:PLACED]->(o:Order)
WHERE NOT toLower(coalesce(o.status, '')) STARTS WITH 'cancel'
WITH c, toUpper(coalesce(o.currency, 'unknown')) AS currency, count(o) AS orders, sum(o.amount) AS amount
ORDER BY amount DESC, c.customer_id
WITH currency, collect({customer: c, orders: orders, amount: amount})[..$limit] AS best
UNWIND best AS one
RETURN one.customer.customer_id AS customer, one.customer.name AS name, one.orders AS orders,
       round(one.amount, 2) AS amount, currency
ORDER BY currency, amount DESC, customer
