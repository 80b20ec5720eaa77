// Which regular customers have not ordered for long, counted back from the newest order in the graph?
// $days: integer = 90, since how many days at least
// $orders: integer = 3, how many orders make a customer regular
// $limit: integer = 20, how many rows
MATCH (newest:Order)
WITH max(newest.order_date) AS today
MATCH (c:Customer)-[:PLACED]->(o:Order)
WHERE NOT toLower(coalesce(o.status, '')) STARTS WITH 'cancel'
WITH today, c, count(o) AS orders, max(o.order_date) AS last_order
WITH c, orders, last_order, duration.inDays(last_order, today).days AS days_silent
WHERE orders >= $orders AND days_silent >= $days
RETURN c.customer_id AS customer, c.name AS name, c.email AS email, orders, last_order, days_silent
ORDER BY orders DESC, days_silent DESC, customer
LIMIT $limit
