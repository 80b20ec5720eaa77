// Which unreliable suppliers does the most turnover hang on?
MATCH (s:Supplier)-[supplies:SUPPLIES]->(product:Product)<-[p:PURCHASED]-()
WHERE supplies.reliability < 0.8
WITH s, supplies.reliability AS reliability, count(DISTINCT product) AS products, sum(p.amount) AS turnover
RETURN s.name AS supplier, reliability, products, round(turnover, 2) AS turnover
ORDER BY turnover DESC, supplier
LIMIT 5
