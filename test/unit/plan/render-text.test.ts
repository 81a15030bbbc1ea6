import { describe, expect, it } from 'vitest';
import type { PlanV1, Step } from '../../../src/generated/plan.v1.js';
import { planDigest } from '../../../src/plan/digest.js';
import { renderPlanText } from '../../../src/plan/render/text.js';
import { catalogProblems, toFindings } from '../../../src/plan/findings.js';
import type { ServerInfo } from '../../../src/postgres/server.js';
import { makePlan, makeStep, makeTask, target } from '../support.js';

const server = { role: 'dba', seesAllSessions: true } as ServerInfo;
const findingsOf = (...steps: Step[]): PlanV1['findings'] =>
  toFindings(catalogProblems(server, steps), steps, undefined);

const step = makeStep('vacuum-hot', {
  needs: ['before'],
  concurrency: 2,
  budgets: { 'io-heavy': 1 },
  retry: { attempts: 3, delay_ms: 1, max_delay_ms: 1, on: ['55P03'] },
  settings: { statement_timeout: '1200000ms' },
  tasks: [
    makeTask(1, [
      target('app.orders', {
        size_bytes: 1024 * 1024,
        facts: { dead_rows: 42, seconds_since_vacuum: 3 * 86_400 },
      }),
      target('app.items', { facts: { seconds_since_vacuum: null } }),
    ]),
  ],
  left_out: [{ name: 'app.x', reason: 'because' }],
  unselected: [
    { filter: 'min_size', names: ['app.small', 'app.tiny'] },
    { filter: 'limit', names: ['app.late'] },
  ],
});

const plan = makePlan([step], {
  runbook: {
    name: 'nightly',
    version: 3,
    path: 'n.yaml',
    digest: 'sha256:0',
    parameters: { a: 1 },
  },
  capacity: {
    slots: 8,
    used: [{ by: 'logical replication launcher', slots: 1 }],
    peak: 3,
    timeline: [[{ step: 'vacuum-hot', slots: 3 }]],
  },
  forecast: {
    history: 'used',
    p50_ms: 240_000,
    p95_ms: null,
    steps: [{ step: 'vacuum-hot', basis: 'guess', begins_ms: 0, p50_ms: 240_000, p95_ms: null }],
    window: {
      starts_at: '2026-01-01T22:00:00.000Z',
      ends_at: '2026-01-01T22:02:00.000Z',
      fits: 'no',
      left: [{ step: 'vacuum-hot', tasks: 1 }],
    },
  },
  findings: findingsOf(step),
});

describe('renderPlanText', () => {
  const text = renderPlanText(plan);

  it.each([
    'Plan of nightly version 3 (n.yaml)',
    'parameters a=1',
    'capacity   3 of 8 slots at most (vacuum-hot 3); in use now: 1 by logical',
    '1. vacuum-hot: vacuum, wait, 2 workers at once, after before',
    'timeout 20m, lock timeout 5s, up to 3 tries on 55P03, on failure stop',
    'locks SHARE UPDATE EXCLUSIVE on the table: blocks maintenance, DDL; reads and',
    'settings statement_timeout=1200000ms',
    '1. VACUUM "app"."orders"',
    '- app.orders, 1.0 MB, 42 dead rows, vacuumed 3 days ago',
    '- app.items, 8.0 kB, never vacuumed',
    'selects 2 of 6: min_size keeps out 2, limit keeps out 1',
    'time       roughly 4m 0s; guessed: vacuum-hot',
    '2026-01-01T22:02:00.000Z: the plan does',
    'not fit; left undone: 1 task of vacuum-hot',
    'takes roughly 4m 0s (a guess: it has no history)',
    'budget io-heavy: 1 worker on the server',
    'left out: app.x: because',
    'warning: step vacuum-hot: left out: app.x (because) [left-out]',
    '1 step, 1 task. Nothing was changed.',
  ])('says: %s', (part) => {
    expect(text).toContain(part);
  });
});

describe('planDigest', () => {
  it('names the content and its time, and not what else was at the moment', () => {
    expect(planDigest(plan)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(planDigest({ ...plan, capacity: null, forecast: null })).toBe(planDigest(plan));
    const later = { created_at: '2027-01-01T00:00:00Z' };
    expect(planDigest({ ...plan, ...later })).not.toBe(planDigest(plan));
    expect(planDigest({ ...plan, steps: [] })).not.toBe(planDigest(plan));
  });
});

describe('findingsOf', () => {
  it('tells a pattern that matches nothing, and relations that the role may not maintain', () => {
    expect(findingsOf({ ...step, tasks: [], left_out: [], missing: ['app.y_*'] })).toMatchObject([
      { code: 'nothing-selected' },
      { code: 'matches-nothing', message: 'no relation matches app.y_*' },
    ]);
    const forbidden = Array.from({ length: 7 }, (_, i) =>
      target(`app.t${String(i)}`, { facts: { may_maintain: false } }),
    );
    const [task] = step.tasks;
    if (task === undefined) throw new Error('no task');
    const [finding] = findingsOf({ ...step, tasks: [{ ...task, targets: forbidden }] });
    expect(finding).toMatchObject({ code: 'no-privilege', severity: 'warning' });
    expect(finding?.message).toContain('and 2 more');
  });
});

it('is 80 columns wide but for SQL, and shows no control characters', () => {
  const [planned] = plan.steps;
  const [first] = planned?.tasks ?? [];
  if (planned === undefined || first === undefined) throw new Error('no task');
  const targets = [target('app.o', { name: `app.${'very '.repeat(30)}\u001b[2J\nlong` })];
  const settings = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`a_long_setting_${String(i)}`, '256MB']),
  );
  const text = renderPlanText({
    ...plan,
    steps: [{ ...planned, settings, tasks: [{ ...first, targets }] }],
  });
  expect(text).not.toContain('\u001b');
  const prose = text.split('\n').filter((line) => !/VACUUM|sha256/.test(line));
  expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(80);
});
