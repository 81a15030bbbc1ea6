import type { RuleId } from '../../../src/runbook/lint/rules.js';

/** The rest of a runbook around what a case is about. */
interface Case {
  /** Lines of YAML under `steps:`; the text that breaks the rule, and the same without the fault. */
  readonly bad: string;
  readonly good: string;
  /** What stands above the steps instead of sensible defaults. */
  readonly top?: string;
  readonly goodTop?: string;
}

export const SENSIBLE = 'defaults: { timeout: 5m, lock_timeout: 5s }';

const sql = (text: string, more = ''): string => `- id: one
  sql: |
    ${text.replaceAll('\n', '\n    ')}${more === '' ? '' : `\n  ${more}`}`;

const pair = (bad: string, good: string): Case => ({ bad: sql(bad), good: sql(good) });

const alone = (bad: string, good: string): Case => ({
  bad: sql(bad),
  good: sql(good, 'transaction: false'),
});

/** A case for each rule that is judged without a server. */
export const CASES: Readonly<Partial<Record<RuleId, Case>>> = {
  'vacuum-full': {
    bad: '- { id: one, vacuum: { tables: { include: [a.b] }, options: { full: true } } }',
    good: '- { id: one, vacuum: { tables: { include: [a.b] }, options: { full: false } } }',
  },
  'reindex-blocking': {
    bad: '- { id: one, reindex: { indexes: { include: [a.b] }, concurrently: false } }',
    good: '- { id: one, reindex: { indexes: { include: [a.b] } } }',
  },
  'refresh-blocking': {
    bad: '- { id: one, refresh: { views: { include: [a.b] } } }',
    good: '- { id: one, refresh: { views: { include: [a.b] }, concurrently: true } }',
  },
  'no-lock-timeout': {
    bad: sql('call x()', 'transaction: false'),
    good: sql('call x()', 'transaction: false\n  lock_timeout: 5s'),
    top: 'defaults: { timeout: 5m }',
    goodTop: 'defaults: { timeout: 5m }',
  },
  'long-lock-timeout': {
    bad: sql('call x()', 'lock_timeout: 5m'),
    good: sql('call x()', 'lock_timeout: 1m'),
  },
  'old-transactions-unused': {
    bad: sql('call x()', 'old_transactions_timeout: 5m'),
    good: sql('drop index concurrently a.b', 'transaction: false\n  old_transactions_timeout: 5m'),
  },
  'timeout-over-window': {
    bad: sql('call x()', 'timeout: 2h'),
    good: sql('call x()', 'timeout: 1h'),
    top: `${SENSIBLE}\nwindow: { max_duration: 1h }`,
    goodTop: `${SENSIBLE}\nwindow: { max_duration: 1h }`,
  },
  'retry-after-timeout': {
    bad: '- { id: one, reindex: { schemas: [a] }, retry: { attempts: 2, on: [query_canceled] } }',
    good: '- { id: one, reindex: { schemas: [a] }, retry: { attempts: 2, on: [lock_not_available] } }',
  },
  unselective: {
    bad: "- { id: one, analyze: { tables: { include: ['*.*'] } } }",
    good: "- { id: one, analyze: { tables: { include: ['*.*'], min_modified_rows: 1 } } }",
  },
  'no-keep-free': {
    bad: sql('call x()'),
    good: sql('call x()'),
    top: `${SENSIBLE}\nbudget: { keep_free: 0 }`,
    goodTop: `${SENSIBLE}\nbudget: { keep_free: 1 }`,
  },
  'rebuild-beside-long-transaction': {
    bad: `- { id: one, reindex: { schemas: [a] } }\n- { id: two, sql: call x(), timeout: 1h }`,
    good: `- { id: one, reindex: { schemas: [a] }, needs: [two] }\n- { id: two, sql: call x(), timeout: 1h }`,
  },
  'backfill-without-where': {
    bad: '- { id: one, backfill: { table: a.b, key: id, set: { c: 1 } } }',
    good: '- { id: one, backfill: { table: a.b, key: id, set: { c: 1 }, where: c is null } }',
  },
  'where-may-stay-true': {
    bad: '- { id: one, backfill: { table: a.b, key: id, set: { c: 1 }, where: d is null } }',
    good: '- { id: one, backfill: { table: a.b, key: id, set: { c: 1 }, where: b.c is null and d } }',
  },
  'purges-everything': {
    bad: "- { id: one, purge: { table: a.b, key: id, where: 'true' } }",
    good: '- { id: one, purge: { table: a.b, key: id, where: at < now() } }',
  },
  'long-batches': {
    bad: '- { id: one, purge: { table: a.b, key: id, where: old, batch: { target_duration: 10s } } }',
    good: '- { id: one, purge: { table: a.b, key: id, where: old, batch: { target_duration: 1s } } }',
  },
  'dml-without-where': pair(
    'with gone as (delete from t returning *) insert into u select * from gone',
    'with gone as (delete from t where old returning *) insert into u select * from gone',
  ),
  truncate: pair('truncate t', 'delete from t where old'),
  'drop-object': pair('drop table t', 'drop index i'),
  'ddl-in-sql-step': pair('create table t (a int)', 'create temp table t (a int)'),
  'index-blocks-writes': alone('create index on t (a)', 'create index concurrently on t (a)'),
  'drop-index-blocking': alone('drop index i', 'drop index concurrently i'),
  'column-type-change': pair(
    'alter table t alter a type bigint',
    'alter table t add column b bigint',
  ),
  'set-not-null': pair('alter table t alter a set not null', 'alter table t alter a drop not null'),
  'constraint-scans-table': pair(
    'alter table t add constraint c check (a > 0)',
    'alter table t add constraint c check (a > 0) not valid',
  ),
  'lock-table': pair('lock table t', 'update t set a = 1 where b'),
  'cluster-command': pair('cluster t using i', 'call x()'),
  'maintenance-as-sql': {
    bad: sql('vacuum t', 'transaction: false'),
    good: sql('call x()', 'transaction: false'),
  },
  'copy-program': pair("copy t to program 'gzip'", "copy t to '/tmp/t'"),
  'server-files': pair("insert into t select pg_read_file('a')", 'insert into t select f()'),
  'leaves-server': pair("select dblink_exec('a', 'b')", "select my_exec('a', 'b')"),
  'set-role': pair('set local role x', 'set local work_mem = 5'),
  'changes-privileges': pair('grant select on t to x', 'comment on table t is null'),
  'changes-server': {
    bad: sql('alter system set work_mem = 5', 'transaction: false'),
    good: sql('call x()', 'transaction: false'),
  },
  'terminates-sessions': pair(
    'select pg_terminate_backend(pid) from pg_stat_activity',
    'insert into t select pid from pg_stat_activity',
  ),
  'not-in-subquery': pair(
    'delete from t where a not in (select b from u)',
    'delete from t where not exists (select from u where b = a)',
  ),
  'insert-not-idempotent': {
    bad: sql('insert into t values (1)', 'idempotent: true'),
    good: sql('insert into t values (1) on conflict do nothing', 'idempotent: true'),
  },
  'sleeps-in-transaction': alone('select pg_sleep(5)', 'do $$ begin perform pg_sleep(5); end $$'),
  'rows-thrown-away': pair('select 1 from t', 'select f() from t'),
  'waiver-without-reason': {
    bad: sql('truncate t', 'allow: [{ rule: truncate }]'),
    good: sql('truncate t', 'allow: [{ rule: truncate, because: nobody reads it }]'),
  },
  'unknown-rule': {
    bad: sql('truncate t', 'allow: [{ rule: truncat, because: x }]'),
    good: sql('truncate t', 'allow: [{ rule: truncate, because: x }]'),
  },
  'unused-waiver': {
    bad: sql('call x()', 'allow: [{ rule: truncate, because: x }]'),
    good: sql('call x()', 'allow: [{ rule: unordered-steps, because: only the plan can tell }]'),
  },
};
