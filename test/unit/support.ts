import type { Step, Target, Task } from '../../src/generated/plan.v1.js';
import { locksOf } from '../../src/steps/locks.js';
import type { RunnablePlan } from '../../src/model/live-plan.js';
import type { Window } from '../../src/model/window.js';

/** A target as discovery finds it; everything that a test does not name is plain. */
export function target(name: string, more: Partial<Target> = {}): Target {
  const [schema = '', relation = ''] = name.split('.');
  const oid = Array.from(name, (char) => char.charCodeAt(0)).reduce(
    (a, b) => (a * 31 + b) % 1e6,
    7,
  );
  return { oid, name, schema, relation, table_oid: oid, size_bytes: 8_192, facts: {}, ...more };
}

/** A task as a plan has it. */
export function makeTask(number: number, targets: Target[], more: Partial<Task> = {}): Task {
  return {
    number,
    sql: 'VACUUM "app"."orders"',
    proof: 'catalog',
    queue_size: 65_536,
    reads_output: true,
    conflicts: [],
    shares_targets: false,
    after: [],
    targets,
    duration: null,
    ...more,
  };
}

/** A step of one task over app.orders. */
export function makeStep(id: string, more: Partial<Step> = {}): Step {
  return {
    id,
    kind: 'vacuum',
    needs: [],
    after: 'ended',
    policy: 'wait',
    on_failure: 'stop',
    concurrency: 1,
    budgets: {},
    timeout_ms: 1_200_000,
    lock_timeout_ms: 5_000,
    old_transactions_timeout_ms: null,
    retry: null,
    settings: {},
    locks: locksOf('VACUUM', 'the table'),
    spec: {},
    template: null,
    batches: null,
    expects: [],
    estimates: [],
    tasks: [makeTask(1, [target('app.orders', { size_bytes: 1024 * 1024 })])],
    left_out: [],
    unselected: [],
    missing: [],
    ...more,
  };
}

const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

/** A plan whose digest is none. */
export function makePlan(steps: Step[], more: Partial<RunnablePlan> = {}): RunnablePlan {
  return {
    plan_version: 1,
    refused_now: [],
    created_at: '2026-01-01T00:00:00Z',
    digest: NO_DIGEST,
    runbook: { name: 'nightly', version: 3, path: 'n.yaml', digest: NO_DIGEST, parameters: {} },
    server: {
      version: '18.6',
      version_number: 180_006,
      database: 'app_db',
      role: 'dba',
      max_worker_processes: 8,
      system_identifier: '7',
      database_oid: 5,
      pg_background: { version: '2.0', dialect: '2.x', schema: 'public' },
    },
    budget: { workers: 2, server_workers: null, keep_free: 1, max_wait_ms: null },
    capacity: { slots: 8, used: [], peak: 3, timeline: [] },
    forecast: { history: 'none', p50_ms: 0, p95_ms: 0, steps: [], window: null },
    window: null,
    on_overlap: 'skip',
    guards: [],
    bystanders: { max_blocked: 5, for_ms: 2_000 },
    ledger: { keep_days: 90, expect_every_ms: null },
    steps,
    findings: [],
    ...more,
  };
}

/** A window that is always open, but for what a test says. */
export function makeWindow(more: Partial<Window> = {}): Window {
  return {
    maxDurationMs: undefined,
    notBefore: undefined,
    finishBy: undefined,
    days: undefined,
    timeZone: 'UTC',
    atEnd: 'drain',
    carryOver: true,
    ...more,
  };
}
