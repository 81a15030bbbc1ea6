-- A small shop. Autovacuum is off for its tables, so that what the demo makes stays until it is
-- cleaned up in view; no real shop should do that.
CREATE EXTENSION IF NOT EXISTS pg_background;

CREATE TABLE customers (
  id bigint PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  segment text NOT NULL DEFAULT 'new',
  last_seen_at timestamptz NOT NULL
) WITH (autovacuum_enabled = off);

CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  status text NOT NULL CHECK (status IN ('cart', 'paid', 'shipped')),
  total numeric(10, 2) NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
) WITH (autovacuum_enabled = off);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
CREATE INDEX orders_updated_at_idx ON orders (updated_at);

CREATE TABLE order_item (
  order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
  line integer NOT NULL,
  sku text NOT NULL,
  quantity integer NOT NULL,
  price numeric(10, 2) NOT NULL,
  PRIMARY KEY (order_id, line)
) WITH (autovacuum_enabled = off);

-- Its search index is made in shop.ts. PostgreSQL 18 would build it in parallel, and with many cores too
-- fast to be watched.
CREATE TABLE reviews (
  id bigint PRIMARY KEY,
  sku text NOT NULL,
  written_at timestamptz NOT NULL,
  body text NOT NULL
) WITH (autovacuum_enabled = off, parallel_workers = 0);

CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY,
  happened_at timestamptz NOT NULL,
  kind text NOT NULL,
  payload jsonb NOT NULL,
  PRIMARY KEY (id, happened_at)
) PARTITION BY RANGE (happened_at);
CREATE INDEX events_happened_at_idx ON events (happened_at);

-- One partition for each of the last six months: events_2026_06, events_2026_07 …
DO $$
DECLARE
  month date;
BEGIN
  FOR month IN SELECT generate_series(
    date_trunc('month', now()) - interval '5 months', date_trunc('month', now()), interval '1 month')
  LOOP
    EXECUTE format(
      'CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L) WITH (autovacuum_enabled = off)',
      'events_' || to_char(month, 'YYYY_MM'), month, month + interval '1 month');
  END LOOP;
END $$;

CREATE MATERIALIZED VIEW daily_sales AS
  SELECT created_at::date AS day, count(*) AS orders, sum(total) AS revenue
    FROM orders
   WHERE status <> 'cart'
   GROUP BY 1;
CREATE UNIQUE INDEX daily_sales_day_idx ON daily_sales (day);

-- Housekeeping of the shop's own: deletes in small transactions, so that it never holds locks or
-- dead rows back for long.
CREATE PROCEDURE forget_events(older_than interval, batch integer DEFAULT 5000)
LANGUAGE plpgsql AS $$
DECLARE
  deleted integer;
BEGIN
  LOOP
    DELETE FROM events
     WHERE (id, happened_at) IN (
       SELECT id, happened_at FROM events WHERE happened_at < now() - older_than LIMIT batch);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    COMMIT;
    EXIT WHEN deleted = 0;
  END LOOP;
END $$;
