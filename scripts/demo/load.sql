-- Fills the shop and gathers statistics. With demo.scale 1 it has 580,000 rows.
CREATE FUNCTION pg_temp.scaled(count bigint) RETURNS bigint LANGUAGE sql STABLE
RETURN ceil(count * current_setting('demo.scale')::float8);

INSERT INTO customers (id, email, name, last_seen_at)
SELECT n, 'customer' || n || '@example.com', 'Customer ' || n, now() - n % 90 * interval '1 day'
  FROM generate_series(1, pg_temp.scaled(20000)) n;

-- Spread over the last 120 days, oldest first.
INSERT INTO orders (id, customer_id, status, total, created_at, updated_at)
SELECT n, 1 + n * 7919 % pg_temp.scaled(20000),
       CASE n % 10 WHEN 0 THEN 'cart' WHEN 1 THEN 'paid' ELSE 'shipped' END,
       5 + n % 20000 / 100.0, at, at
  FROM generate_series(1, pg_temp.scaled(100000)) n
 CROSS JOIN LATERAL (SELECT now() - interval '120 days' * (1 - n::float8 / pg_temp.scaled(100000))) t (at);

INSERT INTO order_item (order_id, line, sku, quantity, price)
SELECT o.id, line, 'SKU-' || (o.id * 31 + line) % 5000, 1 + (o.id + line) % 4, 1 + o.id % 8000 / 100.0
  FROM orders o
 CROSS JOIN generate_series(1, 2) line;

-- Text is cheap to load and slow to index for search: at some 12 MB a second these 100 MB take 8 s. Its bar
-- is drawn once a second and is to move on a machine that is three times as fast, too.
INSERT INTO reviews (id, sku, written_at, body)
SELECT n, 'SKU-' || n % 5000, now() - n % 900 * interval '1 day', body
  FROM generate_series(1, pg_temp.scaled(60000)) n
 CROSS JOIN LATERAL (
   SELECT string_agg(said[1 + (n * 7919 + i * (i + n % 31) * 104729) % cardinality(said)], ' ')
     FROM generate_series(1, 36) i,
          (SELECT ARRAY[
             'It arrived a day late but well packed.',
             'Good value at this price, I would buy it again.',
             'The colour is not quite what the picture shows.',
             'My daughter uses it every day and loves it.',
             'The handle broke after two weeks of careful use.',
             'Customer service answered quickly and sent a new one.',
             'The instructions were missing from the box.']) s (said)) t (body);

-- Spread over the months that have a partition, up to now.
INSERT INTO events (happened_at, kind, payload)
SELECT start + (now() - start) * (n::float8 / pg_temp.scaled(200000)),
       (ARRAY['view', 'search', 'add', 'remove'])[1 + n % 4],
       jsonb_build_object('customer', n % 20000, 'page', '/product/' || n % 5000)
  FROM generate_series(1, pg_temp.scaled(200000)) n,
       (SELECT date_trunc('month', now()) - interval '5 months') s (start);

REFRESH MATERIALIZED VIEW daily_sales;
-- Counters that are still in this session would be added after ANALYZE has set them back.
SELECT pg_stat_force_next_flush();
VACUUM (ANALYZE) customers, orders, order_item, reviews, events, daily_sales;
