import { Random } from './random.js';

/** A step whose claim can be compared with the database. */
export interface ClaimedStep {
  readonly name: string;
  /** Below `- id: claim`. */
  readonly yaml: string;
}

const WALK = 'batch: { rows: 100, max_rows: 100, pause: 15ms }';

const STEPS: readonly ClaimedStep[] = [
  { name: 'vacuum', yaml: 'vacuum: { tables: { include: [s.t] } }' },
  { name: 'freeze', yaml: 'vacuum: { tables: { include: [s.t] }, options: { freeze: true } }' },
  { name: 'full', yaml: 'vacuum: { tables: { include: [s.t] }, options: { full: true } }' },
  { name: 'analyze', yaml: 'analyze: { tables: { include: [s.t] } }' },
  { name: 'rebuild', yaml: 'reindex: { indexes: { include: [s.t_v] }, concurrently: true }' },
  { name: 'reindex', yaml: 'reindex: { indexes: { include: [s.t_v] }, concurrently: false }' },
  { name: 'refresh', yaml: 'refresh: { views: { include: [s.mv] } }' },
  { name: 'backfill', yaml: `backfill: { table: s.t, key: id, set: { n: n + 1 }, ${WALK} }` },
  {
    name: 'backfill-where',
    yaml: `backfill: { table: s.t, key: id, set: { n: 1 }, where: n = 0, ${WALK} }`,
  },
  {
    name: 'backfill-parts',
    yaml: `backfill: { table: s.p, key: id, set: { n: n + 1 }, ${WALK} }`,
  },
  { name: 'vacuum-part', yaml: 'vacuum: { tables: { include: [s.p_1] } }' },
  { name: 'purge', yaml: `purge: { table: s.t, key: id, where: v < 700, ${WALK} }` },
  { name: 'insert', yaml: 'sql: select pg_sleep(0.2); insert into s.log values (1)' },
  {
    name: 'expect',
    yaml: `sql: update s.t set pad = 'y' where id <= 20; insert into s.log values (1)
    expect: { statements: [{ rows: 18 }, null] }`,
  },
  {
    name: 'index',
    yaml: `sql: create unique index concurrently if not exists u on s.t (v)
    transaction: false
    idempotent: true
    retry: { attempts: 2, delay: 100ms, on: ["23505"] }`,
  },
];

/** What somebody else does meanwhile. It may fail, and then changes nothing. */
export const CHANGES: Readonly<Record<string, string>> = {
  rename: 'alter table s.t rename to t_old',
  swap: 'begin; alter table s.t rename to t_old; alter table s.t2 rename to t; commit',
  'swap back': 'begin; alter table s.t rename to t2; alter table s.t_old rename to t; commit',
  drop: 'drop table s.t cascade',
  retype: 'alter table s.t alter n type bigint',
  'other column': 'begin; alter table s.t rename n to was; alter table s.t rename m to n; commit',
  detach: 'alter table s.p detach partition s.p_1',
  rule: 'create rule keep as on update to s.t do instead nothing',
  trigger:
    'create trigger hold before update or delete on s.t for each row execute function s.hold()',
  'drop index': 'drop index s.t_v',
  'drop view': 'drop materialized view s.mv',
  insert: 'insert into s.t select g, 0, 0, 800 from generate_series(5001, 5050) g',
  statistics: 'select pg_stat_reset()',
  vacuum: 'vacuum s.t',
  analyze: 'analyze s.t',
  lock: 'begin; lock table s.t in share mode; select pg_sleep(0.4); commit',
  cancel: `select pg_cancel_backend(pid) from pg_stat_activity
            where backend_type = 'pg_background' and datname = current_database()`,
  terminate: `select pg_terminate_backend(pid) from pg_stat_activity
               where backend_type = 'pg_background' and datname = current_database()`,
};

export interface Scenario {
  readonly step: ClaimedStep;
  readonly policy: 'wait' | 'detach';
  /** Values of v come twice: no unique index can be made. */
  readonly duplicates: boolean;
  readonly slow: boolean;
  /** In the order of time; `afterMs` counts from the start of the program. */
  readonly changes: readonly { readonly name: string; readonly afterMs: number }[];
}

/** The program takes this long to come to its first launch. */
const STARTS_WITHIN_MS = 2_000;

export function drawScenario(seed: number): Scenario {
  const random = new Random(seed);
  const changes = Array.from({ length: 1 + random.below(3) }, () => ({
    name: random.pick(Object.keys(CHANGES)),
    afterMs: 300 + random.below(STARTS_WITHIN_MS),
  })).toSorted((a, b) => a.afterMs - b.afterMs);
  return {
    step: random.pick(STEPS),
    policy: random.pick(['wait', 'detach']),
    duplicates: random.below(2) === 0,
    slow: random.below(2) === 0,
    changes,
  };
}

/** What the step works on, made anew for each scenario. */
export const fixture = ({ duplicates }: Scenario): string => `
  drop schema if exists s cascade; create schema s;
  create table s.t (id bigint primary key, n int not null default 0, m int not null default 0, v int not null,
                    pad text) with (autovacuum_enabled = off);
  insert into s.t (id, v, pad) select g, g % ${duplicates ? '1500' : '1000000'}, repeat('x', 50) from generate_series(1, 3000) g;
  delete from s.t where id % 7 = 0;
  create index t_v on s.t (v);
  create table s.t2 (like s.t including all) with (autovacuum_enabled = off); insert into s.t2 select * from s.t;
  create materialized view s.mv as select count(*) as c from s.t;
  insert into s.t (id, v) values (4000, 999999);
  create table s.start as select id, v from s.t;
  create table s.p (id bigint primary key, n int not null default 0) partition by range (id);
  create table s.p_1 partition of s.p for values from (0) to (2000) with (autovacuum_enabled = off);
  create table s.p_2 partition of s.p for values from (2000) to (5000) with (autovacuum_enabled = off);
  insert into s.p (id) select id from s.start;
  create table s.log (n int);
  create function s.hold() returns trigger language plpgsql as 'begin return null; end'`;

export function runbookOf({ step, policy, slow }: Scenario, name: string): string {
  const settings = slow
    ? '\n    settings: { vacuum_cost_delay: 20ms, vacuum_cost_limit: 10, maintenance_work_mem: 1MB }'
    : '';
  return `api_version: pg-runbook/v1
name: ${name}
version: 1
budget: { workers: 2, keep_free: 0 }
defaults: { timeout: 20s, lock_timeout: 3s }
steps:
  - id: claim
    ${step.yaml}
    policy: ${policy}${settings}
`;
}
