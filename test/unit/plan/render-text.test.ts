import { describe, expect, it } from 'vitest';
import type { PlanV1, Step } from '../../../src/generated/plan.v1.js';
import { planDigest } from '../../../src/plan/digest.js';
import { renderPlanText } from '../../../src/plan/render-text.js';
import { catalogProblems, toFindings } from '../../../src/plan/findings.js';
import type { ServerInfo } from '../../../src/postgres/server.js';
import { target } from '../support.js';

const server = { role: 'dba', seesAllSessions: true } as ServerInfo;
const findingsOf = (...steps: Step[]): PlanV1['findings'] =>
  toFindings(catalogProblems(server, steps), steps, undefined);

const step: Step = {
  id: 'vacuum-hot',
  kind: 'vacuum',
  after: 'ended',
  needs: ['before'],
  policy: 'wait',
  on_failure: 'stop',
  concurrency: 2,
  timeout_ms: 1_200_000,
  lock_timeout_ms: 5_000,
  retry: { attempts: 3, delay_ms: 1, max_delay_ms: 1, on: ['55P03'] },
  settings: { statement_timeout: '1200000ms' },
  lock: { mode: 'SHARE UPDATE EXCLUSIVE', blocks: 'DDL' },
  spec: {},
  batches: null,
  estimates: [],
  tasks: [
    {
      number: 1,
      sql: 'VACUUM "app"."orders"',
      proof: 'catalog',
      queue_size: 65_536,
      reads_output: true,
      conflicts: [],
      shares_targets: false,
      after: [],
      targets: [target('app.orders', { size_bytes: 1024 * 1024, facts: { dead_rows: 42 } })],
    },
  ],
  left_out: [{ name: 'app.x', reason: 'because' }],
};

const content: Omit<PlanV1, 'digest' | 'created_at' | 'capacity'> = {
  plan_version: 1,
  runbook: {
    name: 'nightly',
    version: 3,
    path: 'n.yaml',
    digest: 'sha256:0',
    parameters: { a: 1 },
  },
  server: {
    version: '18.6',
    version_number: 180_006,
    database: 'app',
    role: 'dba',
    max_worker_processes: 8,
    pg_background: { version: '2.0', dialect: '2.x', schema: 'public' },
  },
  budget: { workers: 2, server_workers: null, keep_free: 1 },
  ledger: { keep_days: 90 },
  steps: [step],
  findings: findingsOf(step),
};
const plan: PlanV1 = {
  ...content,
  capacity: {
    slots: 8,
    used: [{ by: 'logical replication launcher', slots: 1 }],
    peak: 3,
    timeline: [[{ step: 'vacuum-hot', slots: 3 }]],
  },
  digest: planDigest(content),
  created_at: '2026-01-01T00:00:00Z',
};

describe('renderPlanText', () => {
  const text = renderPlanText(plan);

  it.each([
    'Plan of nightly version 3 (n.yaml)',
    'parameters a=1',
    'capacity   3 of 8 slots at most (vacuum-hot 3); in use now: 1 by logical',
    '1. vacuum-hot: vacuum, wait, 2 workers at once, after before',
    'timeout 20m, lock timeout 5s, up to 3 tries on 55P03, on failure stop',
    'settings statement_timeout=1200000ms',
    '1. VACUUM "app"."orders"',
    '- app.orders, 1.0 MB, 42 dead rows',
    'left out: app.x: because',
    'warning: step vacuum-hot: left out: app.x (because) [left-out]',
    '1 step, 1 task. Nothing was changed.',
  ])('says: %s', (part) => {
    expect(text).toContain(part);
  });
});

describe('planDigest', () => {
  it('names the content, and not the time of making', () => {
    expect(planDigest(content)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(planDigest({ ...content, steps: [] })).not.toBe(plan.digest);
  });
});

describe('findingsOf', () => {
  it('tells a pattern that matches nothing, and relations that the role may not maintain', () => {
    expect(findingsOf({ ...step, tasks: [], left_out: [] })).toMatchObject([
      { code: 'nothing-selected' },
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
