import { EXIT, type ExitCode } from '../../errors.js';
import { buildPlan } from '../../plan/build.js';
import { renderPlanText } from '../../plan/render-text.js';
import { withServer } from '../connect.js';
import { loadForServer } from '../load.js';
import type { CommandContext } from '../program.js';

interface Options {
  readonly parameter?: string[] | undefined;
  readonly dsn?: string | undefined;
  readonly format?: 'text' | 'json' | undefined;
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
  const asJson = options.json === true || options.format === 'json';
  context.output.write(asJson ? `${JSON.stringify(made, null, 2)}\n` : renderPlanText(made));
  const forbidden = made.findings.some(
    ({ severity, waived }) => severity === 'error' && waived === null,
  );
  return forbidden ? EXIT.inputWrong : EXIT.ok;
}
