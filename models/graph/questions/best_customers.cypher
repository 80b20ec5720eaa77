// Which customers bought for the largest amount, and in how many orders?
MATCH (c:Customer)-[p:PURCHASED]->(:Product)
WITH c, count(DISTINCT p.order_id) AS orders, sum(p.amount) AS amount
RETURN c.customer_id AS customer, c.name AS name, orders, round(amount, 2) AS amount
ORDER BY amount DESC, customer
LIMIT 5
