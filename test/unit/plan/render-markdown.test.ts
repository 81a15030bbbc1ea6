import { describe, expect, it } from 'vitest';
import type { PlanV1, Step } from '../../../src/generated/plan.v1.js';
import { renderPlanMarkdown } from '../../../src/plan/render-markdown.js';
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
