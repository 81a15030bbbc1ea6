import { EXIT, type ExitCode } from '../../errors.js';
import type { PlanV1 } from '../../generated/plan.v1.js';
import { buildPlan } from '../../plan/build.js';
import { makeOutline } from '../../plan/outline.js';
import { renderPlanMarkdown } from '../../plan/render/markdown.js';
import { renderPlanText } from '../../plan/render/text.js';
import type { Layout } from '../../plan/render/line.js';
import { withServer } from '../connect.js';
import type { Output, Style } from '../io.js';
import { forbidsRun, invalidRunbook, loadForServer } from '../load.js';
import { planJson, writePlan } from '../plan-file.js';
import type { CommandContext } from '../command-line.js';

const FORMATS = {
  text: (plan, layout) => [renderPlanText(plan, layout)],
  markdown: (plan) => [renderPlanMarkdown(plan)],
  json: planJson,
} as const satisfies Record<string, (plan: PlanV1, layout: Layout) => Iterable<string>>;

interface Options {
  readonly parameter?: string[] | undefined;
  readonly dsn?: string | undefined;
  readonly format?: keyof typeof FORMATS | undefined;
  readonly json?: true | undefined;
  readonly offline?: true | undefined;
  readonly out?: string | undefined;
  readonly mode?: number | undefined;
  readonly showServerErrors?: true | undefined;
  readonly explainSelection?: true | undefined;
  readonly detailedExitcode?: true | undefined;
}

/**
 * Plans a runbook against the live catalogs, or outlines it without a server, and shows the plan.
 * @throws RunbookError `invalid_runbook`, after the plan was shown, where it could not be run.
 */
export async function plan(
  context: CommandContext,
  file: string,
  options: Options,
): Promise<ExitCode> {
  const { output } = context;
  const { runbook, lint } = await loadForServer(
    output,
    file,
    options.parameter,
    options.offline !== true,
  );
  const made =
    options.offline === true
      ? makeOutline(runbook, new Date(), lint)
      : await withServer(context, options.dsn, 'plan', ({ session, server }) =>
          buildPlan(session, runbook, server, new Date(), lint, options.showServerErrors),
        );
  if (options.out !== undefined) await writePlan({ path: options.out, mode: options.mode }, made);
  const format = options.json === true ? 'json' : (options.format ?? 'text');
  await output.writeAll(FORMATS[format](made, layoutFor(output, options)));
  const errors = made.findings.filter(forbidsRun).length;
  if (errors > 0) throw invalidRunbook(file, errors);
  const something = made.steps.some(({ tasks }) => tasks.length > 0);
  return options.detailedExitcode === true && something ? EXIT.somethingToDo : EXIT.ok;
}

const STYLES: Readonly<Record<'heading' | 'error' | 'warning' | 'info', Style>> = {
  heading: 'bold',
  error: 'red',
  warning: 'yellow',
  info: 'dim',
};

function layoutFor(output: Output, { explainSelection }: Options): Layout {
  return {
    columns: output.columns,
    paint: (emphasis, text) => output.paintResult(STYLES[emphasis], text),
    explainSelection: explainSelection === true,
  };
}
