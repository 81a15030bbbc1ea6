-- A few busy weeks, in which nobody vacuumed: dead rows, bloated indexes, stale statistics, and a
-- materialized view that has fallen behind.

-- Every order changes three times, and each change adds an entry to the index on updated_at.
UPDATE orders SET updated_at = updated_at + interval '1 hour';
UPDATE orders SET updated_at = updated_at + interval '1 hour', status = 'shipped' WHERE status = 'paid';
UPDATE orders SET updated_at = updated_at + interval '1 hour', total = total + 1 WHERE status <> 'cart';

-- Most customers come back, and become regulars: the statistics still say that all are new. Those who
-- have stayed away for 60 days are the ones that runbooks/backfill-segments.yaml marks.
UPDATE customers SET last_seen_at = now() WHERE last_seen_at > now() - interval '60 days';
UPDATE customers SET segment = CASE WHEN id % 3 = 0 THEN 'regular' ELSE 'occasional' END;

-- A price list changed.
UPDATE order_item SET price = price + 0.1 WHERE order_id % 5 = 0;

-- Retention ran, and left the pages of two whole months empty.
DELETE FROM events WHERE happened_at < date_trunc('month', now()) - interval '3 months';
