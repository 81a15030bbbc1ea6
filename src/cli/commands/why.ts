import { EXIT, type ExitCode } from '../../errors.js';
import { systemClock } from '../../engine/clock.js';
import { explainRun, type Why } from '../../engine/why.js';
import { findRunId } from '../../ledger/read.js';
import { oneLine } from '../../model/printable.js';
import { isFinal } from '../../model/status.js';
import { describeProgress } from '../../report/progress.js';
import { withView } from '../connect.js';
import type { CommandContext } from '../command-line.js';
import { toJson } from '../../report/json.js';

/** Tells what the open tasks of a run wait for, and what may safely be done about it. */
export async function why(
  context: CommandContext,
  run: string,
  options: { readonly dsn?: string | undefined; readonly json?: true | undefined },
): Promise<ExitCode> {
  const found = await withView(context, options.dsn, 'why', async ({ session, view }) =>
    explainRun(session, await view.read(() => findRunId(session, run)), systemClock, view),
  );
  const { report, ...rest } = found;
  const document = { run: report.run, ...rest };
  context.output.write(options.json === true ? toJson(document) : describe(found));
  return EXIT.ok;
}

function describe({ report, tasks, horizon }: Why): string {
  const { run } = report;
  const reason = run.reason === null ? '' : `: ${run.reason}`;
  return [
    `run ${run.id} ${run.status}${reason}`,
    ...(run.paused_by === null ? [] : [`  paused by ${run.paused_by}`]),
    ...(tasks.length === 0 ? ['  every task has ended'] : []),
    ...tasks.flatMap(({ id, lines }) => [`  ${id}`, ...lines.map((line) => `    ${line}`)]),
    ...report.steps.flatMap(({ id, status, progress }) =>
      progress === null || isFinal(status) ? [] : [`  ${id}: ${describeProgress(progress)}`],
    ),
    ...(horizon.length === 0
      ? []
      : ['  the oldest snapshots, which hold back VACUUM and rebuilds:']),
    ...horizon.map((line) => `    ${line}`),
    ...(run.next_commands.length === 0 ? [] : ['next, all of them safe for others:']),
    ...run.next_commands.map((command) => `  ${command}`),
  ]
    .map((line) => `${oneLine(line)}\n`)
    .join('');
}
