// How much was ordered each month, per currency, cancelled orders left out?
// $since: date = 1900-01-01, first day
// $until: date = 9999-12-31, last day
MATCH (o:Order)
WHERE $since <= o.order_date <= $until AND NOT toLower(coalesce(o.status, '')) STARTS WITH 'cancel'
WITH date.truncate('month', o.order_date) AS month, toUpper(coalesce(o.currency, 'unknown')) AS currency,
     count(o) AS orders, sum(o.amount) AS amount
RETURN month, currency, orders, round(amount, 2) AS amount
ORDER BY month, currency
