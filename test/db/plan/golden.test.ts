import { describe, expect, it } from 'vitest';
import {
  buildPlan,
  loadRunbookText,
  readServerInfo,
  renderPlanMarkdown,
  renderPlanText,
  type LivePlan,
} from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';
import { documentProblem } from '../../../src/plan/check-document.js';

const db = await useTestDatabase();

// Nothing here has a TOAST table among what is rebuilt: its index is named after an OID.
await db.query(`
  create schema shop; create schema archive;
  create table shop.orders (id int primary key, customer int, note varchar(60)) with (autovacuum_enabled = off);
  create index orders_customer_idx on shop.orders (customer);
  create table shop.items (id int primary key, name varchar(60)) with (autovacuum_enabled = off);
  create table shop.booked (place circle, exclude using gist (place with &&)) with (autovacuum_enabled = off);
  create table shop."audit Log" (id int) with (autovacuum_enabled = off);
  create table shop.events (day date, id int, kind text, primary key (day, id)) with (autovacuum_enabled = off);
  create table archive.events (like shop.events) with (autovacuum_enabled = off);
  create table shop.customers (id int primary key, segment text, email text) with (autovacuum_enabled = off);
  create table shop.addresses (customer int references shop.customers on delete cascade) with (autovacuum_enabled = off);
  create function shop.note() returns trigger language plpgsql as 'begin return new; end';
  create trigger noted before update on shop.customers for each row execute function shop.note();
  insert into shop.orders select i, i % 100, repeat('x', 50) from generate_series(1, 20000) i;
  insert into shop.items select i, 'item ' || i from generate_series(1, 3000) i;
  insert into shop.events select date '2026-01-01' + i % 10, i, 'click' from generate_series(1, 6000) i;
  insert into shop.customers select i, case when i % 4 = 0 then 'guest' end, 'x@y' from generate_series(1, 8000) i;
  create materialized view shop.totals as select customer, count(*) as n from shop.orders group by 1;
  create unique index on shop.totals (customer);
  create materialized view shop.top as select * from shop.totals order by n desc limit 10;
  create unique index on shop.top (customer);
  create materialized view shop.plain as select 1 as one;
  create procedure shop.forget(days int) language plpgsql as 'begin commit; end';
  select pg_stat_force_next_flush()`);
await db.query('vacuum (analyze) shop.orders, shop.items, shop.events, shop.customers');
await db.query('analyze shop.totals, shop.top, shop.booked, archive.events, shop.addresses');
await db.query(`
  delete from shop.orders where id % 5 = 0; update shop.items set name = 'new' where id <= 100;
  select pg_stat_force_next_flush()`);

const head = (name: string, more = ''): string => `api_version: pg-runbook/v1
name: ${name}
version: 1
budget: { workers: 4, keep_free: 2 }
${more}`;

const DEFAULTS = `defaults:
  timeout: 20m
  lock_timeout: 5s
  settings: { max_parallel_maintenance_workers: 0 }
`;

const RUNBOOKS = {
  maintenance: `${head('maintenance', DEFAULTS)}
steps:
  - id: vacuum
    vacuum:
      tables:
        include: ['shop.*', 'shop.typo', 'nowhere.*']
        exclude: ['*.a*']
        min_dead_rows: 50
        min_size: 200kB
      options: { skip_locked: true, parallel: 0 }
    concurrency: 2
  - id: analyze
    analyze: { tables: { include: ['shop.*'], min_modified_rows: 1, order_by: modified_rows, limit: 1 } }
    allow:
      - rule: unordered-steps
        because: what is analyzed before it is vacuumed is analyzed well enough, and nobody waits for either of the two
  - id: rebuild
    needs: [vacuum, analyze]
    reindex: { tables: { include: ['shop.orders', 'shop.items', 'shop.booked', 'shop.gone'] } }
    retry: { attempts: 3, delay: 10s, on: [lock_not_available] }
`,
  batches: `${head('batches', DEFAULTS)}
steps:
  - id: segments
    backfill:
      table: shop.customers
      key: id
      set: { segment: "'known'", email: lower(email) }
      where: segment is null
      batch: { rows: 1000, pause: 50ms }
      throttle: { wal_rate: 50MB, sql: select count(*) < 500 from pg_stat_activity }
    concurrency: 2
  - id: events
    purge:
      table: shop.events
      key: [day, id]
      where: day < '2026-01-04' -- the old ones
      archive_to: archive.events
      remaining: 10
    policy: detach
`,
  sql: `${head(
    'sql',
    `parameters: { days: { type: integer, default: 30 }, schema: { type: string, default: shop } }
${DEFAULTS}`,
  )}
steps:
  - id: rename
    sql: |
      UPDATE :"schema".items SET name = 'x' -- for a while
       WHERE id < :'days'::int;
      INSERT INTO shop.items SELECT i, 'new' FROM generate_series(90000, 90010) i
    idempotent: true
    allow: [{ rule: insert-not-idempotent, because: the sample }]
  - id: views
    needs: [rename]
    refresh: { views: { include: ['shop.*'] }, concurrently: true }
  - id: later
    needs: [views]
    sql: SELECT count(*) FROM shop.orders
    policy: detach
    timeout: 1h
  - id: forget
    needs: [rename, later]
    after: started
    sql: CALL shop.forget(:'days')
    transaction: false
    lock_timeout: 2m
`,
};

async function plan(yaml: string): Promise<LivePlan> {
  const result = await loadRunbookText(yaml, 'runbooks/shop.yaml', { requireParameters: true });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return withSession(connectionTo(db), async (session) =>
    buildPlan(session, result.runbook, await readServerInfo(session), new Date(), result.lint),
  );
}

/** What another server, or another moment, has otherwise. */
const OF_THE_MOMENT = ['horizon-held', 'capacity-short', 'sessions-hidden', 'autovacuum-at-work'];
const AGES = {
  xid_age: 1000,
  mxid_age: 0,
  seconds_since_vacuum: 3600,
  seconds_since_analyze: 3 * 86_400,
};

/** Puts fixed values in their place, so that lines break alike everywhere. */
function mask(made: LivePlan): LivePlan {
  const copy = structuredClone(made);
  const { server, capacity, steps } = copy;
  copy.digest = `sha256:${'0'.repeat(64)}`;
  Object.assign(server, {
    version: '18.0',
    database: 'shop',
    role: 'dba',
    max_worker_processes: 24,
  });
  if (server.pg_background !== null) server.pg_background.version = '2.0';
  Object.assign(capacity, { slots: 24, used: [{ by: 'logical replication launcher', slots: 1 }] });
  copy.findings = copy.findings.filter(({ code }) => !OF_THE_MOMENT.includes(code));
  for (const { facts } of steps.flatMap(({ tasks }) => tasks.flatMap(({ targets }) => targets))) {
    for (const [name, value] of Object.entries(AGES)) {
      if (typeof facts[name] === 'number') facts[name] = value;
    }
  }
  return copy;
}

const paint = (_emphasis: string, text: string): string => text;

describe.each(Object.entries(RUNBOOKS))('the plan of %s', (name, yaml) => {
  it.each([80, 120])('as text of %d columns', async (columns) => {
    const layout = { columns, paint, explainSelection: columns === 120 };
    const text = renderPlanText(mask(await plan(yaml)), layout);
    await expect(text).toMatchFileSnapshot(`./golden/${name}.${String(columns)}.txt`);
  });

  it('keeps to its schema, the specs of all kinds too', async () => {
    const made = JSON.parse(JSON.stringify(await plan(yaml))) as LivePlan;
    expect(await documentProblem('plan', made)).toBeUndefined();
    const [step] = made.steps;
    Object.assign(step?.spec ?? {}, { nonsense: 1 });
    expect(await documentProblem('plan', made)).toMatch(/^\/steps\/0\/spec/);
  });

  it('as Markdown', async () => {
    const text = renderPlanMarkdown(mask(await plan(yaml)));
    await expect(text).toMatchFileSnapshot(`./golden/${name}.golden.md`);
  });
});
