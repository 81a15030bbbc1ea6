import type { Case } from '../support/case.js';
import { launchOrder } from '../support/ledger.js';

/** Of two views the first cannot be refreshed. */
const VIEWS = `
  create table c.base as select 0 as i;
  create materialized view c.a as select 1 / i as one from c.base with no data;
  create materialized view c.b as select 1 as one with no data`;

const LOCKED = {
  setUp: 'create table c.t (i int)',
  begun: (stage) => stage.transaction('lock table c.t'),
} satisfies Partial<Case>;

const WAITED =
  'it waited for longer than old_transactions_timeout (700ms) for older transactions: ' +
  'pid N (role postgres, a stranger, idle in transaction, transaction since TIME)';

export const FAILURES: readonly Case[] = [
  {
    rule: 'needs',
    title: 'a step whose need did not succeed is skipped',
    steps: `
      - id: bad
        policy: wait
        sql: SELECT 1 / 0
      - id: dependent
        needs: [bad]
        sql: SELECT 1`,
    expected: [
      'run failed, exit 1',
      'bad failed: division by zero',
      'bad/1 failed: division by zero | 1 failed 22012',
      'dependent skipped: it needs step bad, which did not succeed',
      'dependent/1 skipped: it needs step bad, which did not succeed | not launched',
    ],
  },
  {
    rule: 'after-started',
    title: 'of a detached step it is enough that it was started',
    steps: `
      - id: long
        policy: detach
        sql: SELECT c.pass('long')
      - id: next
        policy: wait
        needs: [long]
        after: started
        sql: INSERT INTO c.opened VALUES ('long')`,
    expected: [
      'run succeeded, exit 0',
      'long succeeded',
      'long/1 succeeded | 1 succeeded',
      'next succeeded',
      'next/1 succeeded | 1 succeeded',
    ],
  },
  {
    rule: 'on-failure-stop',
    title: 'nothing more of the step is launched',
    setUp: VIEWS,
    steps: `
      - id: views
        on_failure: stop
        refresh: { views: { include: [c.*] } }`,
    shows: [launchOrder],
    expected: [
      'run failed, exit 1',
      'views failed: division by zero',
      'views/1 failed: division by zero | 1 failed 22012',
      'views/2 skipped: step views did not succeed (on_failure: stop) | not launched',
      'launched: views/1',
    ],
  },
  {
    rule: 'on-failure-continue',
    title: 'the other tasks and steps go on',
    setUp: VIEWS,
    steps: `
      - id: views
        refresh: { views: { include: [c.*] } }
      - id: other
        sql: SELECT 1`,
    expected: [
      'run failed, exit 1',
      'views failed: division by zero',
      'views/1 failed: division by zero | 1 failed 22012',
      'views/2 succeeded | 1 succeeded',
      'other succeeded',
      'other/1 succeeded | 1 succeeded',
    ],
  },
  {
    rule: 'retry',
    title: 'a task is tried again after an error that is named',
    ...LOCKED,
    steps: `
      - id: locked
        lock_timeout: 200ms
        retry: { attempts: 3, delay: 2s }
        idempotent: true
        sql: UPDATE c.t SET i = 1 WHERE i = 0`,
    meanwhile: async (stage) => {
      await stage.until("select 1 from runbook.attempt where run_id = $1 and sqlstate = '55P03'");
      await stage.release();
    },
    expected: [
      'run succeeded, exit 0',
      'locked succeeded',
      'locked/1 succeeded | 1 failed 55P03, 2 succeeded',
    ],
  },
  {
    rule: 'retry-attempts',
    title: 'a task is tried as often as attempts says, and not after other errors',
    ...LOCKED,
    steps: `
      - id: locked
        lock_timeout: 200ms
        retry: { attempts: 2, delay: 100ms }
        idempotent: true
        sql: UPDATE c.t SET i = 1 WHERE i = 0
      - id: other
        retry: { attempts: 2, delay: 100ms }
        idempotent: true
        sql: SELECT 1 / 0`,
    expected: [
      'run failed, exit 1',
      'locked failed: canceling statement due to lock timeout',
      'locked/1 failed: canceling statement due to lock timeout | 1 failed 55P03, 2 failed 55P03',
      'other failed: division by zero',
      'other/1 failed: division by zero | 1 failed 22012',
    ],
  },
  {
    rule: 'timeout',
    title: 'the server ends the worker',
    steps: `
      - id: slow
        timeout: 1s
        sql: SELECT pg_sleep(30)`,
    expected: [
      'run failed, exit 1',
      'slow timed_out: canceling statement due to statement timeout',
      'slow/1 timed_out: canceling statement due to statement timeout | 1 timed_out 57014',
    ],
  },
  {
    rule: 'lock-timeout',
    title: 'a wait for a lock on a relation is bounded',
    ...LOCKED,
    steps: `
      - id: locked
        lock_timeout: 200ms
        vacuum: { tables: { include: [c.t] } }`,
    expected: [
      'run failed, exit 1',
      'locked failed: canceling statement due to lock timeout',
      'locked/1 failed: canceling statement due to lock timeout | 1 failed 55P03',
    ],
  },
  {
    rule: 'old-transactions-timeout',
    title:
      'the wait of a concurrent build for an older transaction is bounded, and nothing is left of it',
    setUp: 'create table c.t (i int); create index t_i on c.t (i)',
    begun: (stage) =>
      stage.transaction('set transaction isolation level repeatable read; select 1'),
    steps: `
      - id: rebuild
        lock_timeout: 200ms
        old_transactions_timeout: 700ms
        reindex: { indexes: { include: [c.t_i] } }`,
    truth: 'select count(*)::text as truth from pg_index where not indisvalid',
    expected: [
      'run failed, exit 1',
      `rebuild failed: ${WAITED}`,
      `rebuild/1 failed: ${WAITED} | 1 failed 55P03`,
      'truth: 0',
    ],
  },
];
