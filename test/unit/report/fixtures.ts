import type {
  Attempt,
  Facts,
  ReportV1,
  Step,
  Target,
  Task,
} from '../../../src/generated/report.v1.js';
import { combineStatuses, type TaskStatus } from '../../../src/model/status.js';
import { summarize } from '../../../src/engine/summary.js';
import { makePlan } from '../support.js';

const START = Date.parse('2026-11-21T02:30:00Z');

/** Seconds after the start of the run, as a report has it. */
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

export function attempt(
  number: number,
  from: number,
  to: number | null,
  more: Partial<Attempt> = {},
): Attempt {
  return {
    number,
    pid: 4_000 + number,
    cookie: '7212345678901234567',
    backend_start: '2026-11-21 02:30:00.123456+00',
    application_name: 'pg-runbook/20261121-k3x9t2/vacuum-hot/1',
    launched_at: at(from),
    finished_at: to === null ? null : at(to),
    status: 'succeeded',
    sqlstate: null,
    message: null,
    command_tag: 'VACUUM',
    row_count: null,
    statements: [],
    sql: null,
    messages: [],
    ...more,
  };
}

export function target(
  name: string,
  before: Facts | null = null,
  after: Facts | null = null,
  more: Partial<Target> = {},
): Target {
  const oid = Array.from(name).reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1e6, 7);
  return {
    name,
    oid,
    status: 'succeeded',
    reason: null,
    sqlstate: null,
    evidence: { before, after },
    ...more,
  };
}

export function task(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    sql: 'VACUUM (ANALYZE, SKIP_LOCKED) "app"."orders"',
    settings: { statement_timeout: '20min', lock_timeout: '5s', maintenance_work_mem: '256MB' },
    status: 'succeeded',
    reason: null,
    targets: [],
    expected: null,
    deferred: false,
    attempts: [],
    ...more,
  };
}

export function step(
  id: string,
  tasks: Task[],
  span: readonly [number, number | null] | null,
  more: Partial<Step> = {},
): Step {
  return {
    id,
    kind: 'vacuum',
    policy: 'wait',
    status: combineStatuses(tasks.map(({ status }) => status)),
    reason: null,
    started_at: span === null ? null : at(span[0]),
    finished_at: span === null || span[1] === null ? null : at(span[1]),
    progress: null,
    expected: null,
    tasks,
    ...more,
  };
}

export function report(steps: Step[], more: Partial<ReportV1> = {}): ReportV1 {
  const { runbook, server, budget } = makePlan([]);
  return {
    report_version: 1,
    run: {
      id: '20261121-k3x9t2',
      status: 'succeeded',
      reason: null,
      plan_digest: `sha256:${'ab'.repeat(32)}`,
      started_at: at(0),
      finished_at: at(2_412.4),
      exit_code: 0,
      window_ends_at: null,
      traceparent: null,
      pass: null,
      paused_by: null,
      next_commands: [],
    },
    runbook: { ...runbook, name: 'nightly-maintenance', path: 'runbooks/nightly-maintenance.yaml' },
    server,
    budget,
    steps,
    residue: { before: null, after: null },
    summary: summarize({ steps }),
    ...more,
  };
}

const MB = 1024 * 1024;
const facts = (mb: number, dead: number, more: Facts = {}): Facts => ({
  size_bytes: mb * MB,
  dead_rows: dead,
  live_rows: 4_000_000,
  xid_age: 41_000_000,
  vacuum_count: 17,
  ...more,
});

function vacuumHot(): Step {
  const tables: [string, number, number, number][] = [
    ['app.orders', 5_120, 812_345, 4_890],
    ['app.order_item', 12_800, 2_400_512, 12_100],
    ['app.customer', 640, 51_200, 640],
    ['app.event', 22_400, 91_000, 22_400],
    ['app.session', 310, 300_100, 96],
  ];
  const tasks = tables.map(([name, mb, dead, after], i) =>
    task(`vacuum-hot/${String(i + 1)}`, {
      sql: `VACUUM (ANALYZE, SKIP_LOCKED) ${name}`,
      targets: [
        target(name, facts(mb, dead), facts(after, 120 * i, { vacuum_count: 18, xid_age: 312 })),
      ],
      expected: { basis: 'same', p50_ms: 140_000, p95_ms: 260_000 },
      attempts: [attempt(1, 2 + 130 * Math.floor(i / 2), 120 + 130 * Math.floor(i / 2) + 9 * i)],
    }),
  );
  const passed = target('app.audit_log', facts(900, 12_000), facts(900, 12_011), {
    status: 'skipped',
    reason: 'its lock was not free',
    sqlstate: '55P03',
  });
  tasks[2]?.targets.push(passed, { ...passed, name: 'app.audit_detail', oid: 91 });
  return step('vacuum-hot', tasks, [2, 430], {
    reason: '2 of 7 relations were skipped',
    expected: { basis: 'same', p50_ms: 400_000, p95_ms: 640_000 },
  });
}

function reindexBloated(): Step {
  const failed = task('reindex-bloated/2', {
    sql: 'REINDEX (VERBOSE) INDEX CONCURRENTLY "app"."order_item_sku_idx"',
    status: 'timed_out',
    reason: 'took longer than its timeout of 20m: canceling statement due to statement timeout',
    targets: [
      target('app.order_item_sku_idx', { size_bytes: 900 * MB, valid: true }, null, {
        status: 'timed_out',
        sqlstate: '57014',
      }),
    ],
    expected: { basis: 'similar', p50_ms: 400_000, p95_ms: 700_000 },
    attempts: [
      attempt(1, 432, 470, {
        status: 'failed',
        sqlstate: '55P03',
        message: 'canceling statement due to lock timeout',
        messages: [
          'INFO: blocked by pid 8812 (reporting, metabase, idle in transaction since 02:11:07)',
        ],
      }),
      attempt(2, 510, 1_710, {
        status: 'timed_out',
        sqlstate: '57014',
        message: 'canceling statement due to statement timeout',
        command_tag: null,
        messages: [
          'INFO: blocked by pid 8812 (reporting, metabase, idle in transaction since 02:11:07)',
        ],
      }),
    ],
  });
  const good = task('reindex-bloated/1', {
    sql: 'REINDEX (VERBOSE) INDEX CONCURRENTLY "app"."orders_created_idx"',
    targets: [
      target(
        'app.orders_created_idx',
        { size_bytes: 640 * MB, valid: true, index_oid: 16_801, leftovers: 0 },
        { size_bytes: 210 * MB, valid: true, index_oid: 17_544, leftovers: 0 },
      ),
    ],
    expected: { basis: 'similar', p50_ms: 180_000, p95_ms: 300_000 },
    attempts: [attempt(1, 432, 880, { command_tag: 'REINDEX' })],
  });
  return step('reindex-bloated', [good, failed], [432, 1_710], {
    kind: 'reindex',
    reason: '1 of 2 tasks did not succeed',
    expected: { basis: 'similar', p50_ms: 420_000, p95_ms: 700_000 },
  });
}

function backfill(): Step {
  const looks = [facts(2_000, 0), facts(2_300, 800_000)] as const;
  const tasks = [1, 2].map((n) =>
    task(`backfill-email/${String(n)}`, {
      sql: `CALL runbook.walk('20261121-k3x9t2', 'backfill-email', ${String(n)})`,
      targets: [target('public.users', ...looks)],
      attempts: [attempt(1, 300, 1_900 + 200 * n, { command_tag: 'CALL' })],
    }),
  );
  return step('backfill-email', tasks, [300, 2_300], {
    kind: 'backfill',
    expected: { basis: 'guess', p50_ms: 1_700_000, p95_ms: 2_500_000 },
    progress: {
      rows_estimated: 4_000_000,
      rows_seen: 3_998_120,
      rows_changed: 800_000,
      rows_unchanged: 0,
      rows_left: 0,
      rows_per_second: null,
      eta_ms: null,
      batches: 912,
      timed_batches: 900,
      timed_well: 871,
      halvings: 2,
      wal_bytes: 512 * MB,
      paused_for: null,
      pauses: { replica_lag: { count: 3, ms: 94_200 } },
      parts: [],
    },
  });
}

function refresh(): Step {
  const skipped = (n: number, name: string): Task =>
    task(`refresh-reports/${String(n)}`, {
      sql: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${name}`,
      status: 'skipped',
      reason: 'step reindex-bloated did not succeed',
      targets: [target(name, null, null, { status: 'skipped' })],
    });
  return step('refresh-reports', [skipped(1, 'report.daily'), skipped(2, 'report.monthly')], null, {
    kind: 'refresh',
    reason: 'step reindex-bloated did not succeed',
  });
}

function purge(): Step {
  const left = task('purge-old/1', {
    status: 'skipped',
    deferred: true,
    reason: 'the window closes at 03:30',
    targets: [target('app.event_archive', facts(9_000, 0), null, { status: 'skipped' })],
  });
  return step('purge-old', [left], null, { kind: 'purge', reason: 'the window closes at 03:30' });
}

/** A night in which something of everything happened. */
export function richReport(): ReportV1 {
  const steps = [vacuumHot(), reindexBloated(), backfill(), refresh(), purge()];
  const made = report(steps);
  return {
    ...made,
    run: {
      ...made.run,
      status: 'failed',
      exit_code: 1,
      reason: '1 task did not succeed; 1 task deferred',
      window_ends_at: at(3_600),
      next_commands: ['pg-runbook resume 20261121-k3x9t2'],
    },
    runbook: { ...made.runbook, parameters: { schema: 'app', min_dead_rows: 10_000, quick: true } },
    residue: {
      before: [
        {
          kind: 'invalid_index',
          name: 'app.orders_created_idx_ccnew',
          origin: 'run 20261120-aaaaaa, step reindex-bloated, whose worker was seen to build it',
          advice: 'DROP INDEX CONCURRENTLY app.orders_created_idx_ccnew',
          done: 'dropped',
        },
      ],
      after: [
        {
          kind: 'invalid_index',
          name: 'app.order_item_sku_idx_ccnew',
          origin: 'probably a REINDEX CONCURRENTLY that was cancelled',
          advice: 'DROP INDEX CONCURRENTLY app.order_item_sku_idx_ccnew',
          done: null,
        },
      ],
    },
  };
}

/** Replaces every text of a report that comes from outside: names, messages, SQL, not ids and statuses. */
export function withHostileTexts(document: ReportV1, hostile: string): ReportV1 {
  const outside = new Set([
    ...['name', 'reason', 'message', 'sql', 'origin', 'advice', 'path', 'version', 'database'],
    ...['role', 'schema', 'sqlstate', 'command_tag', 'paused_by', 'kind', 'id'],
  ]);
  const visit = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') {
      if (key === 'kind' && value === 'invalid_index') return value;
      return outside.has(key) ? hostile : value;
    }
    if (Array.isArray(value)) {
      return value.map((item) => (typeof item === 'string' ? hostile : visit(item, key)));
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, visit(inner, name)]),
    );
  };
  const made = visit(document, '') as ReportV1;
  return {
    ...made,
    runbook: { ...made.runbook, version: 1, parameters: { [hostile]: hostile } },
    run: { ...made.run, paused_by: hostile },
  };
}

/** A run of so many tasks, some of which went wrong. */
export function largeReport(tasks: number): ReportV1 {
  const statuses: readonly TaskStatus[] = ['succeeded', 'succeeded', 'succeeded', 'failed'];
  const all = Array.from({ length: tasks }, (_, i) => {
    const status = statuses[i % 97 === 0 ? 3 : i % 3] ?? 'succeeded';
    const from = Math.floor(i / 4) * 7 + 2;
    const name = `tenant_${String(i % 50)}.some_rather_long_table_name_${String(i)}`;
    return task(`vacuum-all/${String(i + 1)}`, {
      sql: `VACUUM (ANALYZE, SKIP_LOCKED, PARALLEL 2) ${name}`,
      status,
      reason: status === 'failed' ? `could not read block ${String(i)}` : null,
      expected: { basis: 'similar', p50_ms: 6_000, p95_ms: 9_000 },
      targets: [
        target(name, facts(i, i * 31), facts(Math.ceil(i / 2), i % 7, { vacuum_count: 18 }), {
          status,
        }),
      ],
      attempts: [
        attempt(1, from, from + 4 + (i % 3), {
          status,
          messages: i % 5 === 0 ? ['INFO: vacuuming, with some words of the server'] : [],
        }),
      ],
    });
  });
  const made = report([step('vacuum-all', all, [2, (tasks / 4) * 7])]);
  return {
    ...made,
    run: { ...made.run, status: 'failed', exit_code: 1, finished_at: at((tasks / 4) * 7 + 3) },
  };
}
