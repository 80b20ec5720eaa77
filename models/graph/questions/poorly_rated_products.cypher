// Which products do their reviewers rate badly?
// $stars: float = 3, average below which a rating is bad (1 to 5)
// $reviews: integer = 3, how many ratings there must be at least
// $limit: integer = 20, how many rows
MATCH (p:Product)<-[:ABOUT]-(r:Review)
WITH p, avg(r.rating) AS stars, count(r.rating) AS ratings,
     count(CASE r.sentiment WHEN 'negative' THEN 1 END) AS negative_texts
WHERE stars < $stars AND ratings >= $reviews
RETURN p.product_id AS product, p.name AS name, round(stars, 2) AS stars, ratings, negative_texts
ORDER BY stars, ratings DESC, product
LIMIT $limit
