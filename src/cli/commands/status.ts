import { EXIT, type ExitCode } from '../../errors.js';
import { systemClock } from '../../engine/clock.js';
import { lookAtRun } from '../../engine/stored-report.js';
import { readBrake } from '../../ledger/brake.js';
import { findRunId, listRuns, type RunLine } from '../../ledger/read.js';
import { oneLine } from '../../model/printable.js';
import { toJson } from '../../report/json.js';
import { describeReport } from '../../report/text.js';
import { withLedger } from '../connect.js';
import type { CommandContext } from '../command-line.js';

const LAST_RUNS = 20;

/** Shows a run as it stands, or the last runs, a line each. */
export async function status(
  context: CommandContext,
  run: string | undefined,
  options: { readonly dsn?: string | undefined; readonly json?: true | undefined },
): Promise<ExitCode> {
  const text = await withLedger(context, options.dsn, 'status', async ({ session }) => {
    if (run === undefined) {
      const runs = await listRuns(session, LAST_RUNS);
      const pausedBy = await readBrake(session);
      if (options.json === true) {
        return `${JSON.stringify({ paused_by: pausedBy, runs }, null, 2)}\n`;
      }
      const brake = pausedBy === null ? '' : `all runs are paused by ${oneLine(pausedBy)}\n`;
      return `${brake}${describeRuns(runs)}`;
    }
    const { report } = await lookAtRun(session, await findRunId(session, run), systemClock);
    return options.json === true ? toJson(report) : `${describeReport(report)}\n`;
  });
  context.output.write(text);
  return EXIT.ok;
}

function describeRuns(runs: readonly RunLine[]): string {
  if (runs.length === 0) return 'No runs yet.\n';
  return runs
    .map(({ run_id: id, started_at: at, status: state, runbook_name: name, runbook_version: v }) =>
      oneLine(`${id}  ${at.slice(0, 19)}Z  ${state.padEnd(9)}  ${name} ${String(v)}`),
    )
    .map((line) => `${line}\n`)
    .join('');
}
