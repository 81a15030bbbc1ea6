import { describe, expect, it } from 'vitest';
import type { Step, Task } from '../../../src/generated/plan.v1.js';
import { planCapacity } from '../../../src/plan/capacity.js';
import { catalogProblems, toFindings } from '../../../src/plan/findings.js';
import {
  capacityProblems,
  preflightProblems,
  windowProblems,
} from '../../../src/plan/preflight.js';
import type { Obstacles } from '../../../src/postgres/obstacles.js';
import type { ServerInfo } from '../../../src/postgres/server.js';
import { RULES, type RuleId } from '../../../src/runbook/lint/rules.js';
import { makeStep, makeTask, target } from '../support.js';

const SERVER = { role: 'dba', seesAllSessions: true } as ServerInfo;

function task(
  number: number,
  name: string,
  oid: number,
  facts: Task['targets'][number]['facts'] = {},
): Task {
  return makeTask(number, [target(name, { oid, table_oid: oid, facts })]);
}

const step = (id: string, more: Partial<Step> = {}): Step =>
  makeStep(id, { tasks: [task(1, 'app.t', 1)], ...more });

const view = (facts: Task['targets'][number]['facts'], concurrently = false): Step =>
  step('a', { kind: 'refresh', spec: { concurrently }, tasks: [task(1, 'app.v', 1, facts)] });

const large = (bytes: number, rows: number): Step =>
  step('a', {
    kind: 'sql',
    estimates: [{ command: 'DELETE', table: 'app.t', table_bytes: bytes, rows, why_not: null }],
  });

const GB = 1024 ** 3;

/** What breaks each rule that needs a server, and what does not. */
const CASES: Readonly<
  Partial<Record<RuleId, { bad: readonly Step[]; good: readonly Step[]; server?: ServerInfo }>>
> = {
  'matches-nothing': {
    bad: [step('a', { missing: ['app.x'] })],
    good: [step('a', { left_out: [{ name: 'app.x', reason: 'a foreign table' }] })],
  },
  'left-out': {
    bad: [step('a', { left_out: [{ name: 'app.x', reason: 'a foreign table' }] })],
    good: [step('a')],
  },
  'nothing-selected': { bad: [step('a', { tasks: [] })], good: [step('a')] },
  'no-privilege': {
    bad: [step('a', { tasks: [task(1, 'app.t', 1, { may_maintain: false })] })],
    good: [step('a', { tasks: [task(1, 'app.t', 1, { may_maintain: true })] })],
  },
  'sessions-hidden': {
    bad: [],
    good: [],
    server: { role: 'dba', seesAllSessions: false } as ServerInfo,
  },
  'standby-counters': {
    bad: [step('a', { kind: 'vacuum' })],
    good: [step('a', { kind: 'reindex' })],
    server: { role: 'dba', seesAllSessions: true, inRecovery: true } as ServerInfo,
  },
  'refresh-could-be-concurrent': {
    bad: [view({ unique_index: true, populated: true })],
    good: [
      view({ unique_index: true, populated: false }),
      view({ unique_index: false, populated: true }),
    ],
  },
  'unordered-steps': {
    bad: [step('a'), step('b')],
    good: [
      step('a'),
      step('b', { needs: ['m'] }),
      step('m', { needs: ['a'], tasks: [task(1, 'app.u', 2)] }),
    ],
  },
  'detach-beside': {
    bad: [step('a', { policy: 'detach' }), step('b', { needs: ['a'], after: 'started' })],
    good: [step('a', { policy: 'detach' }), step('b', { tasks: [task(1, 'app.u', 2)] })],
  },
  'unbatched-dml': {
    bad: [large(2 * GB, 1_000_000)],
    good: [large(2 * GB, 10), large(1, 1_000_000)],
  },
};

const codes = (steps: readonly Step[], server = SERVER): string[] =>
  toFindings(catalogProblems(server, steps), steps, undefined).map(({ code }) => code);

const CLEAR: Obstacles = { horizon: [], invalidIndexes: [], autovacuum: [] };
const rebuild = step('a', { kind: 'reindex', spec: { concurrently: true } });

/** What is in the way, of which steps, and what is not. */
const IN_THE_WAY: Readonly<
  Partial<Record<RuleId, { step: Step; there: Partial<Obstacles>; not: Step }>>
> = {
  'horizon-held': {
    step: rebuild,
    there: { horizon: ['session pid 5'] },
    not: step('a', { kind: 'analyze' }),
  },
  'invalid-index': {
    step: rebuild,
    there: { invalidIndexes: [{ table_oid: 1, index: 'app.i_ccnew' }] },
    not: step('a', { kind: 'reindex', tasks: [task(1, 'app.u', 2)] }),
  },
  'autovacuum-at-work': {
    step: step('a'),
    there: { autovacuum: [{ table_oid: 1, pid: 7 }] },
    not: step('a', { tasks: [task(1, 'app.u', 2)] }),
  },
};

const SLOTS = { maxWorkerProcesses: 8, parallelMaintenance: 2 };
const BUDGET = { workers: 2, server_workers: null, keep_free: 1, max_wait_ms: null };

describe('rules of the catalogs', () => {
  it('have a case each', () => {
    const judged = Object.entries(RULES).filter(([, { judgedBy }]) => judgedBy === 'catalog');
    const cases = [
      ...Object.keys(CASES),
      ...Object.keys(IN_THE_WAY),
      'capacity-short',
      'window-too-short',
      // test/db/security/foreign-code.test.ts
      'not-tried',
      'call-commits',
      'foreign-code',
      // test/db/plan/refused-sql.test.ts
      'sql-refused',
      'made-by-step',
    ];
    expect(cases.sort()).toEqual(judged.map(([id]) => id).sort());
  });

  it.each(Object.entries(CASES))('%s', (id, { bad, good, server }) => {
    expect(codes(bad, server)).toContain(id);
    expect(codes(good)).not.toContain(id);
  });

  it.each(Object.entries(IN_THE_WAY))('%s', (id, one) => {
    const found = (steps: Step[], obstacles: Obstacles): string[] =>
      preflightProblems(steps, obstacles).map(({ code }) => code);
    expect(found([one.step], { ...CLEAR, ...one.there })).toEqual([id]);
    expect(found([one.step], CLEAR)).toEqual([]);
    expect(found([one.not], { ...CLEAR, ...one.there })).toEqual([]);
  });

  it('capacity-short', () => {
    const capacity = (used: number): string[] =>
      capacityProblems(
        { slots: 8, used: [{ by: 'pg_background', slots: used }], peak: 3, timeline: [] },
        BUDGET,
      ).map(({ code }) => code);
    expect(capacity(5)).toEqual(['capacity-short']);
    expect(capacity(4)).toEqual([]);
  });

  it('window-too-short', () => {
    const window = (fits: 'yes' | 'maybe' | 'no'): string[] =>
      windowProblems({
        history: 'used',
        p50_ms: 1,
        p95_ms: 1,
        steps: [],
        window: { starts_at: '', ends_at: '', fits, left: [{ step: 'a', tasks: 2 }] },
      }).map(({ code }) => code);
    expect(window('no')).toEqual(['window-too-short']);
    expect(window('maybe')).toEqual([]);
  });
});

describe('the plan’s slots', () => {
  const slots = (...steps: Step[]): number => planCapacity(steps, BUDGET, SLOTS, []).peak;
  const many = [1, 2, 3].map((n) => task(n, `app.t${String(n)}`, n));
  const plain = (id: string, more: Partial<Step> = {}): Step =>
    step(id, { kind: 'analyze', tasks: many, concurrency: 3, ...more });

  it('are bounded by the tasks, the concurrency and the budget', () => {
    expect(slots(plain('a', { tasks: [task(1, 'app.t', 1)] }))).toBe(1);
    expect(slots(plain('a', { concurrency: 1 }))).toBe(1);
    expect(slots(plain('a'))).toBe(2);
    expect(slots(plain('a'), plain('b'))).toBe(2);
    expect(slots(plain('a', { tasks: [] }))).toBe(0);
  });

  it('count supervisors, and parallel workers of maintenance on top of the budget', () => {
    expect(slots(plain('a', { policy: 'detach' }))).toBe(2);
    expect(slots(step('a', { spec: { options: { parallel: 1 } } }))).toBe(2);
    expect(slots(step('a', { spec: { options: { parallel: 0 } } }))).toBe(1);
    const four = { max_parallel_maintenance_workers: '4' };
    expect(slots(step('a', { kind: 'reindex' }))).toBe(3);
    expect(slots(step('a', { kind: 'reindex', settings: four, tasks: many, concurrency: 2 }))).toBe(
      10,
    );
  });

  it('are told by level of need', () => {
    const steps = [plain('a'), plain('b', { needs: ['a'] }), plain('c')];
    expect(planCapacity(steps, BUDGET, SLOTS, []).timeline).toEqual([
      [
        { step: 'a', slots: 2 },
        { step: 'c', slots: 2 },
      ],
      [{ step: 'b', slots: 2 }],
    ]);
  });
});
