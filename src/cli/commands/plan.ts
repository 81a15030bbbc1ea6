import { EXIT, type ExitCode } from '../../errors.js';
import { buildPlan } from '../../plan/build.js';
import type { PlanV1 } from '../../generated/plan.v1.js';
import { renderPlanMarkdown } from '../../plan/render-markdown.js';
import { renderPlanText } from '../../plan/render-text.js';
import { withServer } from '../connect.js';
import { loadForServer } from '../load.js';
import type { CommandContext } from '../program.js';

const FORMATS = {
  text: renderPlanText,
  markdown: renderPlanMarkdown,
  json: (plan: PlanV1): string => `${JSON.stringify(plan, null, 2)}\n`,
};

interface Options {
  readonly parameter?: string[] | undefined;
  readonly dsn?: string | undefined;
  readonly format?: keyof typeof FORMATS | undefined;
  readonly json?: true | undefined;
}

/** Plans a runbook against the live catalogs and shows the plan. */
export async function plan(
  context: CommandContext,
  file: string,
  options: Options,
): Promise<ExitCode> {
  const { runbook, lint } = await loadForServer(context.output, file, options.parameter);
  const made = await withServer(context, options.dsn, 'plan', ({ session, server }) =>
    buildPlan(session, runbook, server, new Date(), lint),
  );
  const format = options.json === true ? 'json' : (options.format ?? 'text');
  context.output.write(FORMATS[format](made));
  const forbidden = made.findings.some(
    ({ severity, waived }) => severity === 'error' && waived === null,
  );
  return forbidden ? EXIT.inputWrong : EXIT.ok;
}
