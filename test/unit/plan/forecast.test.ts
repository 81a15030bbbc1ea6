import { describe, expect, it } from 'vitest';
import type { Step, Task } from '../../../src/generated/plan.v1.js';
import type { PastWork } from '../../../src/ledger/history.js';
import type { Window } from '../../../src/model/window.js';
import { Durations } from '../../../src/plan/durations.js';
import { makeForecast } from '../../../src/plan/forecast.js';
import { simulate } from '../../../src/plan/simulate.js';
import { costOf } from '../../../src/steps/packing.js';
import { makeStep, makeTask, makeWindow, target } from '../support.js';

const MB = 1024 * 1024;
const BUDGET = { workers: 2, server_workers: null, keep_free: 1, max_wait_ms: null };

const past = (more: Partial<PastWork>): PastWork => ({
  kind: 'vacuum',
  spec: {},
  sql_md5: '',
  relation: 'app.orders',
  relations: 1,
  bytes: 100 * MB,
  ms: 1000,
  ...more,
});

describe('how long a task takes', () => {
  const step = makeStep('a');
  const of = (history: PastWork[], bytes = 100 * MB, name = 'app.orders'): unknown =>
    new Durations(history).of(step, makeTask(1, [target(name, { size_bytes: bytes, name })]), 1);

  it('is what this relation took before, scaled by its size', () => {
    const history = [past({ ms: 1000 }), past({ ms: 3000 }), past({ ms: 2000 })];
    expect(of(history)).toEqual({ basis: 'same', p50_ms: 2000, p95_ms: 3000 });
    const twice = (costOf(1, 200 * MB) / costOf(1, 100 * MB)) * 2000;
    expect(of(history, 200 * MB)).toMatchObject({ p50_ms: Math.round(twice) });
  });

  it('is else what the same command took on others, and only that', () => {
    const others = [past({ relation: 'app.other' })];
    expect(of(others)).toMatchObject({ basis: 'similar', p50_ms: 1000 });
    const full = [past({ relation: 'app.orders', spec: { options: { full: true } } })];
    expect(of(full)).toMatchObject({ basis: 'guess' });
    expect(of([past({ kind: 'analyze' })])).toMatchObject({ basis: 'guess' });
  });

  it('is else a guess, and never more than the timeout', () => {
    expect(of([], 1000 * MB)).toEqual({
      basis: 'guess',
      p50_ms: expect.closeTo(10_050, -2) as number,
      p95_ms: null,
    });
    expect(of([], 1e15)).toMatchObject({ p50_ms: step.timeout_ms, p95_ms: null });
  });

  it('goes by what is read or made, where the size tells nothing of it, or is not known', () => {
    const like = (facts: Task['targets'][number]['facts']): unknown =>
      new Durations([]).of(step, makeTask(1, [target('app.i', { size_bytes: 8_192, facts })]), 1);
    expect(like({ work_bytes: 1000 * MB })).toEqual(of([], 1000 * MB));
    expect(like({ work_bytes: null })).toBeNull();
  });

  it('has no p95 of one run alone', () => {
    expect(of([past({ ms: 1000 })])).toEqual({ basis: 'same', p50_ms: 1000, p95_ms: null });
    const other = [past({ relation: 'app.other' })];
    expect(of(other)).toMatchObject({ basis: 'similar', p95_ms: null });
  });

  it('is not known of SQL that never ran', () => {
    const sql = makeStep('s', { kind: 'sql' });
    const task = makeTask(1, [], { sql: 'select 1' });
    expect(new Durations([]).of(sql, task, 1)).toBeNull();
    const md5 = '7c0a2dfd0efc2d4ffc1dbc3d9c8f8a7e';
    const ran = past({ kind: 'sql', relation: null, relations: 0, bytes: 0, sql_md5: md5 });
    expect(new Durations([ran]).of(sql, task, 1)).toBeNull();
  });

  it('of a part of a walk is its share of the table', () => {
    const walk = makeStep('w', { kind: 'backfill' });
    const part = makeTask(1, [target('app.orders', { size_bytes: 400 * MB })], {
      shares_targets: true,
    });
    const whole = new Durations([]).of(walk, part, 1);
    const quarter = new Durations([]).of(walk, part, 4);
    expect((whole?.p50_ms ?? 0) / (quarter?.p50_ms ?? 1)).toBeCloseTo(4, 0);
  });
});

it('is known in a moment of 40,000 tasks and 2,000 pieces of work', () => {
  const history = Array.from({ length: 2_000 }, (_, i) => past({ relation: `app.t${String(i)}` }));
  const durations = new Durations(history);
  const step = makeStep('a');
  const task = makeTask(1, [target('app.orders')]);
  const start = performance.now();
  for (let i = 0; i < 40_000; i += 1) durations.of(step, task, 1);
  // To sort the history for each task took ten seconds.
  expect(performance.now() - start).toBeLessThan(2_000);
});

const tasks = (n: number, more: Partial<Task> = {}): Task[] =>
  Array.from({ length: n }, (_, i) => makeTask(i + 1, [], more));

describe('a plan played through', () => {
  const ends = (...steps: Step[]): number => simulate({ steps, budget: BUDGET }, () => 10).ends;

  it('keeps to the concurrency and to the budget', () => {
    expect(ends(makeStep('a', { tasks: tasks(4), concurrency: 1 }))).toBe(40);
    expect(ends(makeStep('a', { tasks: tasks(4), concurrency: 4 }))).toBe(20);
    expect(ends(makeStep('a', { tasks: tasks(1) }), makeStep('b', { tasks: tasks(1) }))).toBe(10);
    expect(ends()).toBe(0);
  });

  it('keeps to named budgets of several steps together', () => {
    const tight = { tasks: tasks(2), concurrency: 2, budgets: { io: 1 } };
    const beside = makeStep('c', { tasks: tasks(4) });
    expect(ends(makeStep('a', tight), makeStep('b', tight))).toBe(40);
    expect(ends(makeStep('a', tight), makeStep('b', tight), beside)).toBe(40);
  });

  it('keeps to needs, to the order of tasks and to conflicts', () => {
    const b = makeStep('b', { tasks: tasks(1), needs: ['a'] });
    expect(ends(makeStep('a', { tasks: tasks(1) }), b)).toBe(20);
    expect(ends(makeStep('a', { tasks: [] }), b)).toBe(10);
    const [first, second] = tasks(2);
    const ordered = [first, { ...second, after: [1] }] as Task[];
    expect(ends(makeStep('a', { tasks: ordered, concurrency: 2 }))).toBe(20);
    expect(ends(makeStep('a', { tasks: tasks(2, { conflicts: ['x'] }), concurrency: 2 }))).toBe(20);
    const parts = tasks(2, { conflicts: ['x'], shares_targets: true });
    expect(ends(makeStep('a', { tasks: parts, concurrency: 2 }))).toBe(10);
    expect(
      ends(
        makeStep('a', { tasks: parts, concurrency: 2 }),
        makeStep('b', { tasks: tasks(1, { conflicts: ['x'] }) }),
      ),
    ).toBe(20);
  });

  it('counts the supervisor of a detached step, and goes on beside it where that is enough', () => {
    const detached = makeStep('a', { tasks: tasks(2), concurrency: 2, policy: 'detach' });
    expect(ends(detached)).toBe(20);
    const beside = makeStep('b', { tasks: tasks(1), needs: ['a'], after: 'started' });
    expect(ends({ ...detached, tasks: tasks(1) }, beside)).toBe(20);
    const { steps } = simulate(
      { steps: [detached, beside], budget: { ...BUDGET, workers: 4 } },
      () => 10,
    );
    expect(steps.get('b')).toEqual({ begins: 0, ends: 10 });
  });

  it('plays 200,000 tasks of one table in a moment', () => {
    const many = tasks(200_000, { conflicts: ['x'] });
    expect(ends(makeStep('a', { tasks: many, concurrency: 4 }))).toBe(2_000_000);
  });
});

describe('the forecast', () => {
  const window = (maxDurationMs: number): Window => makeWindow({ maxDurationMs });
  const lasting = (p50_ms: number, p95_ms: number): Task[] =>
    tasks(2, { duration: { basis: 'same', p50_ms, p95_ms } });
  const fit = (steps: Step[], ms: number) =>
    makeForecast({ steps, budget: BUDGET }, [past({})], window(ms), 0);

  it('has no p95 where a task has none, and fits a window that has room for three times a guess', () => {
    const duration = { basis: 'guess' as const, p50_ms: 100, p95_ms: null };
    const steps = [makeStep('a', { tasks: tasks(1, { duration }) })];
    expect(fit(steps, 300)).toMatchObject({
      ...{ p50_ms: 100, p95_ms: null },
      steps: [{ p50_ms: 100, p95_ms: null }],
      window: { fits: 'yes' },
    });
    expect(fit(steps, 299).window?.fits).toBe('maybe');
  });

  it('says whether the plan fits its window, and what would be left', () => {
    const steps = [makeStep('a', { tasks: lasting(100, 300) })];
    expect(fit(steps, 600).window).toMatchObject({ fits: 'yes', left: [] });
    expect(fit(steps, 599).window).toMatchObject({ fits: 'maybe', left: [] });
    expect(fit(steps, 199)).toMatchObject({
      history: 'used',
      p50_ms: 200,
      p95_ms: 600,
      window: { fits: 'no', left: [{ step: 'a', tasks: 1 }], ends_at: '1970-01-01T00:00:00.199Z' },
    });
  });

  it('is never sure of what it does not know', () => {
    const steps = [makeStep('a', { tasks: lasting(1, 1) }), makeStep('b', { tasks: tasks(1) })];
    const forecast = fit(steps, 10_000);
    expect(forecast.window?.fits).toBe('maybe');
    expect(forecast.steps.map(({ basis }) => basis)).toEqual(['same', 'none']);
  });

  it('begins when the window opens', () => {
    const night = { ...window(3_600_000), notBefore: 60, finishBy: 90 };
    const { window: found } = makeForecast({ steps: [], budget: BUDGET }, 'hidden', night, 0);
    expect(found).toMatchObject({
      starts_at: '1970-01-01T01:00:00.000Z',
      ends_at: '1970-01-01T01:30:00.000Z',
    });
    expect(makeForecast({ steps: [], budget: BUDGET }, [], undefined, 0)).toMatchObject({
      history: 'none',
      window: null,
    });
  });
});
