import type pg from 'pg';
import { expect } from 'vitest';
import type { ReportV1, Task } from '../../../src/generated/report.v1.js';

/** What a cell of the kill matrix works on, and how the database tells the truth about it. */
export interface Scenario {
  readonly name: string;
  /** SQL that makes its objects anew. */
  readonly setUp: string;
  readonly head: string;
  readonly steps: string;
  /** The step whose work is interrupted, and the state of its last attempt at that moment. */
  readonly interrupted: { readonly step: string; readonly status: 'running' | 'failed' };
  /** Held in a session of its own from the start until after the kill. */
  readonly hold?: string;
  /** Compares every recorded status with what the database shows. */
  readonly verify: (report: ReportV1, query: Query) => Promise<void>;
}

export type Query = <R extends pg.QueryResultRow>(sql: string) => Promise<R[]>;

const HEAD =
  'budget: { workers: 4, keep_free: 0 }\ndefaults: { timeout: 30s, on_failure: continue }';

const tasksOf = (report: ReportV1): Task[] => report.steps.flatMap((step) => step.tasks);

const count = async (query: Query, what: string): Promise<number> =>
  (await query<{ n: number }>(`select count(*)::int as n from effect where what = '${what}'`))[0]!
    .n;

/** A transaction's effect is there once when its task has succeeded, and else not at all. */
async function verifyEffect(report: ReportV1, query: Query, task: string): Promise<void> {
  const status = tasksOf(report).find(({ id }) => id === task)?.status;
  expect(status).not.toBe('unknown');
  expect([status, await count(query, task)]).toEqual([status, status === 'succeeded' ? 1 : 0]);
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'waited vacuum',
    setUp: `drop table if exists big; create table big (id int, pad text) with (autovacuum_enabled = off);
      insert into big select i, repeat('x', 500) from generate_series(1, 30000) i;
      delete from big where id % 2 = 0`,
    head: HEAD,
    steps: `  - id: vacuum
    vacuum: { tables: { include: [public.big] } }
    settings: { vacuum_cost_delay: 10ms, vacuum_cost_limit: "10" }
`,
    interrupted: { step: 'vacuum', status: 'running' },
    verify: async (report, query) => {
      const [task] = tasksOf(report);
      const [row] = await query<{ n: number }>(
        "select pg_stat_get_vacuum_count('big'::regclass)::int as n",
      );
      if (task?.status === 'succeeded') expect(row?.n).toBeGreaterThan(0);
      else expect(row?.n).toBe(0);
    },
  },
  {
    name: 'waited reindex concurrently',
    setUp: `drop table if exists rebuilt; create table rebuilt (id int); create index rebuilt_i on rebuilt (id);
      insert into rebuilt select generate_series(1, 10000)`,
    head: HEAD,
    steps: '  - id: reindex\n    reindex: { indexes: { include: ["public.rebuilt_i"] } }\n',
    interrupted: { step: 'reindex', status: 'running' },
    hold: 'begin; insert into rebuilt values (0)',
    verify: async (report, query) => {
      const [target] = tasksOf(report)[0]!.targets;
      const [row] = await query<{ oid: number; valid: boolean }>(
        "select indexrelid::int as oid, indisvalid as valid from pg_index where indexrelid = 'rebuilt_i'::regclass",
      );
      expect(row?.valid).toBe(true);
      expect([target?.status, row?.oid !== target?.oid]).toEqual([
        target?.status,
        target?.status === 'succeeded',
      ]);
    },
  },
  {
    name: 'waited transactional sql',
    setUp: 'select 1',
    head: HEAD,
    steps:
      "  - id: sql\n    idempotent: true\n    sql: INSERT INTO effect VALUES ('sql/1'); SELECT pg_sleep(2)\n",
    interrupted: { step: 'sql', status: 'running' },
    verify: (report, query) => verifyEffect(report, query, 'sql/1'),
  },
  {
    name: 'waited CALL',
    setUp: `create or replace procedure work() language plpgsql as $$ begin
      insert into effect values ('begun'); commit; perform pg_sleep(2);
      insert into effect values ('done'); commit; end $$`,
    head: HEAD,
    steps: '  - id: call\n    transaction: false\n    sql: CALL work()\n',
    interrupted: { step: 'call', status: 'running' },
    verify: async (report, query) => {
      // It may not run twice. Its end leaves no proof, so that it may be unknown, and never a guess.
      expect(await count(query, 'begun')).toBe(1);
      const status = tasksOf(report)[0]?.status;
      if (status !== 'unknown') {
        expect([status, await count(query, 'done')]).toEqual([
          status,
          status === 'succeeded' ? 1 : 0,
        ]);
      }
    },
  },
  {
    name: 'detached step of several tasks',
    setUp: `drop schema if exists v cascade; create schema v;
      do $$ begin for i in 1..4 loop
        execute format('create materialized view v.v%s as select pg_sleep(1)::text as slept with no data', i);
      end loop; end $$`,
    head: HEAD,
    steps: `  - id: views
    policy: detach
    concurrency: 2
    refresh: { views: { include: ["v.*"] } }
  - id: stay
    sql: SELECT pg_sleep(1.5)
    idempotent: true
`,
    interrupted: { step: 'views', status: 'running' },
    verify: async (report, query) => {
      const rows = await query<{ name: string; populated: boolean }>(
        `select format('v.%I', relname) as name, relispopulated as populated
           from pg_class where relnamespace = 'v'::regnamespace and relkind = 'm'`,
      );
      const populated = new Map(rows.map((row) => [row.name, row.populated]));
      for (const { status, targets } of report.steps[0]!.tasks) {
        expect(status).not.toBe('unknown');
        const name = targets[0]!.name;
        expect([name, status, populated.get(name)]).toEqual([name, status, status === 'succeeded']);
      }
    },
  },
  {
    name: 'between two tasks',
    setUp: 'drop table if exists gate; create table gate (i int)',
    head: HEAD,
    steps: `  - id: first
    sql: INSERT INTO effect VALUES ('first/1')
  - id: second
    needs: [first]
    idempotent: true
    lock_timeout: 100ms
    retry: { attempts: 9, delay: 1500ms, on: [lock_not_available] }
    sql: LOCK TABLE gate; INSERT INTO effect VALUES ('second/1')
`,
    interrupted: { step: 'second', status: 'failed' },
    hold: 'begin; lock table gate',
    verify: async (report, query) => {
      await verifyEffect(report, query, 'first/1');
      await verifyEffect(report, query, 'second/1');
    },
  },
];
