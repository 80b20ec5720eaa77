// Which unreliable suppliers does the most turnover hang on, in each currency, cancelled orders left out?
// $reliability: float = 0.8, below which a supplier is unreliable (0 to 1)
// $limit: integer = 5, how many rows of each currency
MATCH (s:Supplier)-[:SUPPLIES]->(product:Product)<-[line:CONTAINS]-(o:Order)
WHERE s.reliability < $reliability AND NOT toLower(coalesce(o.status, '')) STARTS WITH 'cancel'
WITH s, toUpper(coalesce(o.currency, 'unknown')) AS currency,
     count(DISTINCT product) AS products, sum(line.amount) AS turnover
ORDER BY turnover DESC, s.supplier_id
WITH currency, collect({supplier: s, products: products, turnover: turnover})[..$limit] AS most
UNWIND most AS one
RETURN one.supplier.name AS supplier, one.supplier.reliability AS reliability, one.products AS products,
       round(one.turnover, 2) AS turnover, currency
ORDER BY currency, turnover DESC, supplier
