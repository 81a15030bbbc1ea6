import type { RunLook } from '../../../../src/engine/live.js';
import type { Progress, ReportV1, Step, Task } from '../../../../src/generated/report.v1.js';
import type { ServerLook, WorkerLook } from '../../../../src/postgres/worker-progress.js';
import { makePlan, makeStep } from '../../support.js';

export const START = Date.parse('2026-11-21T02:30:00Z');

export function worker(id: string, more: Partial<WorkerLook> = {}): WorkerLook {
  return {
    pid: 4711,
    backend_start: '2026-11-21 02:30:00.5+00',
    application_name: `pg-runbook/20261121-abc123/${id}`,
    wait: null,
    blocked_by: [],
    command: null,
    facts: {},
    relation: null,
    ...more,
  };
}

/** A worker that scans a table. */
export function vacuuming(id: string, scanned: number, total = 1_000): WorkerLook {
  const facts = {
    phase: 'scanning heap',
    relid: '16400',
    heap_blks_scanned: scanned,
    heap_blks_total: total,
    heap_blks_vacuumed: 0,
    index_vacuum_count: 0,
  };
  return worker(id, { command: 'vacuum', facts, relation: 'public.orders' });
}

export function task(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    sql: 'VACUUM "public"."orders"',
    settings: {},
    status: 'running',
    reason: null,
    targets: [
      {
        name: 'public.orders',
        oid: 16_400,
        status: 'pending',
        reason: null,
        sqlstate: null,
        evidence: { before: null, after: null },
      },
    ],
    expected: null,
    deferred: false,
    attempts: [
      {
        number: 1,
        pid: 4711,
        cookie: '1',
        backend_start: null,
        application_name: `pg-runbook/20261121-abc123/${id}`,
        launched_at: '2026-11-21T02:30:00.000Z',
        finished_at: null,
        status: 'running',
        sqlstate: null,
        message: null,
        command_tag: null,
        row_count: null,
        statements: [],
        sql: null,
        messages: [],
      },
    ],
    ...more,
  };
}

export function step(id: string, tasks: Task[], more: Partial<Step> = {}): Step {
  return {
    id,
    kind: 'vacuum',
    policy: 'wait',
    status: 'running',
    reason: null,
    started_at: '2026-11-21T02:30:00.000Z',
    finished_at: null,
    progress: null,
    expected: null,
    tasks,
    ...more,
  };
}

export function walk(seen: number, estimated: number, more: Partial<Progress> = {}): Progress {
  return {
    rows_estimated: estimated,
    rows_seen: seen,
    rows_changed: seen,
    rows_unchanged: 0,
    rows_left: null,
    rows_per_second: 100,
    eta_ms: 1_000,
    batches: 7,
    timed_batches: 7,
    timed_well: 7,
    halvings: 0,
    wal_bytes: 0,
    paused_for: null,
    pauses: {},
    parts: [],
    ...more,
  };
}

export function makeLook(
  steps: Step[],
  workers: WorkerLook[],
  more: Partial<Omit<RunLook, 'report' | 'server'>> & {
    run?: Partial<ReportV1['run']>;
    server?: Partial<ServerLook>;
  } = {},
): RunLook {
  const { run, server, ...rest } = more;
  const plan = makePlan(steps.map(({ id }) => makeStep(id)));
  return {
    at: START + 10_000,
    plan: plan.steps,
    waits: [],
    ...rest,
    server: {
      workers,
      max_worker_processes: 8,
      used: workers.length + 1,
      our_names: workers.map((one) => one.application_name),
      block_size: 8_192,
      ...server,
    },
    report: {
      report_version: 1,
      run: {
        id: '20261121-abc123',
        status: 'running',
        reason: null,
        plan_digest: '',
        started_at: '2026-11-21T02:30:00.000Z',
        finished_at: null,
        exit_code: null,
        window_ends_at: null,
        traceparent: null,
        pass: null,
        paused_by: null,
        next_commands: [],
        ...run,
      },
      runbook: plan.runbook,
      server: plan.server,
      budget: plan.budget,
      steps,
      residue: { before: null, after: null },
      summary: { steps: {}, tasks: {}, targets: {} },
    },
  };
}
