import type { Case } from '../support/case.js';
import type { Stage } from '../support/stage.js';
import { overWithin } from '../support/truth.js';
import { AT_ONCE, FOUR_SUCCEED, FOUR_VIEWS } from '../support/views.js';

const NO_ROOM =
  'budget NAME had no room (53000) for as long as it may wait: budget NAME: 1 of 1 workers live';

/** Another run that has the only place of a budget, until the gate `holder` is opened. */
async function hold(stage: Stage): Promise<void> {
  stage.beside(stage.other('holder', "SELECT c.pass('holder')"));
  await stage.holds('holder');
}

/** Waits until so many sessions wait for their turn, by the locks that stand for it. */
async function inQueue(stage: Stage, count: number): Promise<void> {
  await stage.until(
    `select 1 from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
      where l.locktype = 'advisory' and l.objsubid = 1 and l.mode = 'ShareLock' and $1 <> ''
     having count(distinct l.pid) = ${String(count)}`,
  );
}

export const BUDGETS: readonly Case[] = [
  {
    rule: 'concurrency',
    title: 'a step has no more live workers than that',
    setUp: FOUR_VIEWS,
    steps: `
      - id: views
        concurrency: 2
        refresh: { views: { include: [c.*] } }`,
    truth: AT_ONCE,
    expected: [...FOUR_SUCCEED, 'truth: at once: 2'],
  },
  {
    rule: 'budget-workers',
    title: 'a run has no more live workers than that, supervisors included',
    setUp: FOUR_VIEWS,
    head: (driver) => `budget: { workers: ${driver === 'detached' ? '3' : '2'} }`,
    steps: `
      - id: views
        concurrency: 4
        refresh: { views: { include: [c.*] } }`,
    truth: AT_ONCE,
    expected: [...FOUR_SUCCEED, 'truth: at once: 2'],
  },
  {
    rule: 'budget-named',
    title: 'no more workers of that name live at once, whichever steps they are of',
    steps: `
      - id: one
        budgets: { NAME: 1 }
        sql: SELECT c.work(0.5)
      - id: two
        budgets: { NAME: 1 }
        sql: SELECT c.work(0.4)`,
    truth: AT_ONCE,
    expected: [
      'run succeeded, exit 0',
      'one succeeded',
      'one/1 succeeded | 1 succeeded',
      'two succeeded',
      'two/1 succeeded | 1 succeeded',
      'truth: at once: 1',
    ],
  },
  {
    rule: 'max-wait',
    title: 'tasks that wait for one slot give up together',
    setUp: FOUR_VIEWS,
    head: 'budget: { max_wait: 2s }',
    given: hold,
    steps: `
      - id: views
        concurrency: 4
        budgets: { NAME: 1 }
        refresh: { views: { include: [c.*] } }`,
    meanwhile: async (stage) => {
      await stage.until(
        "select 1 from runbook.step where run_id = $1 and step_id = 'views' and status = 'failed'",
      );
      await stage.open('holder');
    },
    truth: overWithin(6),
    expected: [
      'run failed, exit 1',
      `views failed: ${NO_ROOM}`,
      ...[1, 2, 3, 4].map((n) => `views/${String(n)} failed: ${NO_ROOM} | not launched`),
      'truth: over within 6 s: t',
    ],
  },
  {
    rule: 'queue',
    title: 'who came first is served first',
    given: hold,
    steps: `
      - id: first
        budgets: { NAME: 1 }
        sql: SELECT 1`,
    meanwhile: async (stage) => {
      await inQueue(stage, 1);
      stage.beside(stage.other('later', 'SELECT 1'));
      await inQueue(stage, 2);
      await stage.open('holder');
      await stage.holds('later', 'succeeded');
    },
    truth: `select concat('launched before: ', min(a.launched_at) <= min(b.launched_at)) as truth
              from runbook.attempt a, runbook.attempt b
             where a.step_id = 'first' and b.step_id = 'later'`,
    expected: [
      'run succeeded, exit 0',
      'first succeeded',
      'first/1 succeeded | 1 succeeded',
      'truth: launched before: t',
    ],
  },
];
