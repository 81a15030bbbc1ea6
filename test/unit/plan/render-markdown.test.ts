import { describe, expect, it } from 'vitest';
import type { PlanV1, Step } from '../../../src/generated/plan.v1.js';
import { renderPlanMarkdown } from '../../../src/plan/render/markdown.js';
import { renderPlanText } from '../../../src/plan/render/text.js';
import { outsideCode } from '../hostile-text.js';
import { makePlan, makeStep, target } from '../support.js';

const plan = (steps: Step[], findings: PlanV1['findings'] = []): PlanV1 =>
  makePlan(steps, { findings });

const finding = (more: Partial<PlanV1['findings'][number]>): PlanV1['findings'][number] => ({
  severity: 'warning',
  code: 'left-out',
  step: 'hot',
  file: 'n.yaml',
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
        file: null,
        line: null,
        column: null,
      }),
      finding({ code: 'vacuum-full', waived: 'in the *window*' }),
    ];
    const text = renderPlanMarkdown(
      plan([makeStep('hot'), makeStep('cold', { tasks: [] })], findings),
    );
    await expect(text).toMatchFileSnapshot('./markdown.golden.md');
  });

  it('says all that the text says', () => {
    const step = makeStep('walk', {
      budgets: { io: 1 },
      settings: { work_mem: '1MB' },
      estimates: [
        { command: 'UPDATE', table: 'app.t', table_bytes: 1, rows: 29, why_not: null },
        { command: 'DELETE', table: null, table_bytes: null, rows: null, why_not: 'not tried' },
      ],
      batches: {
        ...{ index: 'app.t_pkey', key: ['id'], rows_estimated: 8_000, matching_estimated: 6_000 },
        ...{ limits: ['about 500ms each'], fires: ['trigger x'], first: null, typical: null },
      },
      left_out: [{ name: 'app.x', reason: 'because' }],
      unselected: [{ filter: 'limit', names: ['app.late'] }],
    });
    const made = makePlan([step], { findings: [finding({})] });
    const rich: PlanV1 = {
      ...made,
      runbook: { ...made.runbook, parameters: { days: 30 } },
      guards: [{ name: 'calm', condition: {}, on_breach: 'pause', max_pause_ms: 1 }],
      forecast: {
        ...{ history: 'none', p50_ms: 1000, p95_ms: 2000 },
        steps: [{ step: 'walk', basis: 'guess', begins_ms: 0, p50_ms: 1000, p95_ms: 2000 }],
        window: { starts_at: '2026', ends_at: '2027', fits: 'yes', left: [] },
      },
    };
    const words = (text: string): string =>
      text.replaceAll(/[\\`]|&lt;/g, '').replaceAll(/\s+/g, ' ');
    const markdown = words(renderPlanMarkdown(rich));
    const wide = { columns: 10_000, paint: (_: unknown, text: string) => text };
    const lines = renderPlanText(rich, { ...wide, explainSelection: false }).split('\n');
    const said = lines.map((line) =>
      words(line)
        .replace(/^(?: *(?:\d+\.|-))? */, '')
        .replace(/^(\w+) {2,}/, '$1: '),
    );
    for (const one of [
      'of which 6,000 match',
      'UPDATE of about 29 rows',
      'days=30',
      'the plan fits',
    ])
      expect(markdown).toContain(one);
    const heads =
      /^(?:Findings|Plan|error|warning|database|budget|capacity|time|window|guards|parameters|digest|app\.)/;
    for (const one of said.filter((line) => line !== '' && !heads.test(line))) {
      expect(markdown).toContain(one);
    }
  });

  it('lets nothing from the database out of its place', () => {
    const hostile = 'x|y `z` </details> <script> [a](b)\n# h';
    const [task] = makeStep('a').tasks;
    if (task === undefined) throw new Error('no task');
    const text = renderPlanMarkdown(
      plan([
        makeStep('a', {
          tasks: [{ ...task, sql: 'SELECT ```` 1\n</details>', targets: [target(hostile)] }],
        }),
      ]),
    );
    const outside = outsideCode(text);
    expect(outside).not.toMatch(/<script>|^# h/m);
    expect(outside.match(/<\/details>/g)).toHaveLength(1);
    expect(text).toContain('``x\\|y `z` </details> <script> [a](b)\uFFFD# h`` (');
    expect(text).toContain('`````sql\nSELECT ```` 1');
  });

  it('fits a comment, however many tasks there are', () => {
    const [task] = makeStep('a').tasks;
    if (task === undefined) throw new Error('no task');
    const many = Array.from({ length: 500 }, (_, i) => ({ ...task, number: i + 1 }));
    const text = renderPlanMarkdown(plan([makeStep('a', { tasks: many })]));
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain('and 480 more');
  });
});
