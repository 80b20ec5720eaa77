// Which unreliable suppliers does the most turnover hang on, per currency, cancelled orders left out?
// $reliability: float = 0.8, below which a supplier is unreliable (0 to 1)
// $limit: integer = 5, how many rows
MATCH (s:Supplier)-[:SUPPLIES]->(product:Product)<-[line:CONTAINS]-(o:Order)
WHERE s.reliability < $reliability AND NOT toLower(coalesce(o.status, '')) STARTS WITH 'cancel'
WITH s, toUpper(coalesce(o.currency, 'unknown')) AS currency,
     count(DISTINCT product) AS products, sum(line.amount) AS turnover
RETURN s.name AS supplier, s.reliability AS reliability, products, round(turnover, 2) AS turnover, currency
ORDER BY turnover DESC, supplier, currency
LIMIT $limit
