import { describe, expect, it } from 'vitest';
import type { PlanV1, Step } from '../../../src/generated/plan.v1.js';
import { renderPlanMarkdown } from '../../../src/plan/render-markdown.js';
import { target } from '../support.js';

const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  kind: 'vacuum',
  needs: [],
  after: 'ended',
  policy: 'wait',
  on_failure: 'stop',
  concurrency: 1,
  timeout_ms: 1_200_000,
  lock_timeout_ms: 5_000,
  retry: null,
  settings: {},
  lock: { mode: 'SHARE UPDATE EXCLUSIVE', blocks: 'DDL' },
  spec: {},
  batches: null,
  estimates: [],
  left_out: [],
  tasks: [
    {
      number: 1,
      sql: 'VACUUM "app"."orders"',
      proof: 'catalog',
      queue_size: 1,
      reads_output: true,
      conflicts: [],
      shares_targets: false,
      after: [],
      targets: [target('app.orders', { size_bytes: 1024 * 1024 })],
    },
  ],
  ...more,
});

const plan = (steps: Step[], findings: PlanV1['findings'] = []): PlanV1 => ({
  plan_version: 1,
  created_at: '2026-01-01T00:00:00Z',
  digest: `sha256:${'0'.repeat(64)}`,
  runbook: { name: 'nightly', version: 3, path: 'n.yaml', digest: 'sha256:0', parameters: {} },
  server: {
    version: '18.6',
    version_number: 180_006,
    database: 'app_db',
    role: 'dba',
    max_worker_processes: 8,
    pg_background: { version: '2.0', dialect: '2.x', schema: 'public' },
  },
  budget: { workers: 2, server_workers: null, keep_free: 1 },
  capacity: { slots: 8, used: [], peak: 3, timeline: [] },
  ledger: { keep_days: 90 },
  steps,
  findings,
});

const finding = (more: Partial<PlanV1['findings'][number]>): PlanV1['findings'][number] => ({
  severity: 'warning',
  code: 'left-out',
  step: 'hot',
  line: 7,
  column: 3,
  message: 'something <is> off',
  hint: 'Do it.',
  waived: null,
  ...more,
});

describe('the plan as Markdown', () => {
  it('has findings first, a line for each step, and the SQL folded away', async () => {
    const findings = [
      finding({}),
      finding({
        severity: 'error',
        code: 'dml-without-where',
        message: 'all rows',
        step: null,
        line: null,
      }),
      finding({ code: 'vacuum-full', waived: 'in the *window*' }),
    ];
    const text = renderPlanMarkdown(plan([step('hot'), step('cold', { tasks: [] })], findings));
    await expect(text).toMatchFileSnapshot('./markdown.golden.md');
  });

  it('lets nothing from the database out of its place', () => {
    const hostile = 'x|y `z` </details> <script> [a](b)\n# h';
    const [task] = step('a').tasks;
    if (task === undefined) throw new Error('no task');
    const text = renderPlanMarkdown(
      plan([
        step('a', {
          tasks: [{ ...task, sql: 'SELECT ```` 1\n</details>', targets: [target(hostile)] }],
        }),
      ]),
    );
    const outside = text.replaceAll(/^`{5}sql\n[^]*?^`{5}$/gm, '');
    expect(outside).not.toMatch(/<script>|^# h/m);
    expect(outside.match(/<\/details>/g)).toHaveLength(1);
    expect(outside).toContain('x\\|y \\`z\\`');
    expect(text).toContain('`````sql\nSELECT ```` 1');
  });

  it('fits a comment, however many tasks there are', () => {
    const [task] = step('a').tasks;
    if (task === undefined) throw new Error('no task');
    const many = Array.from({ length: 500 }, (_, i) => ({ ...task, number: i + 1 }));
    const text = renderPlanMarkdown(plan([step('a', { tasks: many })]));
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain('and 480 more');
  });
});
