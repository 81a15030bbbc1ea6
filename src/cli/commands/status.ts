import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { systemClock } from '../../engine/clock.js';
import { lookAtRun, settleOpenRuns } from '../../engine/stored-report.js';
import { readBlocked } from '../../engine/waits.js';
import { readBrake } from '../../ledger/brake.js';
import { findRunId, listRuns, type RunLine } from '../../ledger/read.js';
import { oneLine } from '../../model/printable.js';
import { toJson } from '../../report/json.js';
import { describeReport } from '../../report/text.js';
import { noteRecord, withView } from '../connect.js';
import type { CommandContext } from '../command-line.js';
import { follow } from '../follow.js';

const LAST_RUNS = 20;

interface Options {
  readonly dsn?: string | undefined;
  readonly follow?: true | undefined;
  readonly json?: true | undefined;
}

/** Shows a run as it stands or until it has ended, or the last runs, a line each. */
export async function status(
  context: CommandContext,
  run: string | undefined,
  options: Options,
): Promise<ExitCode> {
  if (options.follow === true) return followRun(context, run, options);
  const text = await withView(context, options.dsn, 'status', async ({ session, view }) => {
    if (run === undefined) {
      if (view.onlyLooks === undefined) await settleOpenRuns(session, LAST_RUNS, systemClock);
      const [runs, pausedBy] = await view.read(
        async () => [await listRuns(session, LAST_RUNS), await readBrake(session)] as const,
      );
      noteRecord(context.output, view);
      if (options.json === true) {
        return toJson({ paused_by: pausedBy, runs });
      }
      const brake = pausedBy === null ? '' : `all runs are paused by ${oneLine(pausedBy)}\n`;
      return `${brake}${describeRuns(runs)}`;
    }
    const id = await view.read(() => findRunId(session, run));
    const { report, stored } = await lookAtRun(session, id, systemClock, view);
    if (options.json === true) return toJson(report);
    // A process of the number may be anybody's where those of the run do not show.
    const shows = view.onlyLooks?.seesSessions !== false;
    const blocked = shows
      ? await readBlocked(session, report, stored.plan.steps, systemClock.now())
      : undefined;
    return `${describeReport(report, blocked)}\n`;
  });
  context.output.write(text);
  return EXIT.ok;
}

/** Looks on until the run has ended, whoever works on it. */
async function followRun(
  context: CommandContext,
  run: string | undefined,
  options: Options,
): Promise<ExitCode> {
  if (run === undefined) {
    throw new RunbookError('usage', '--follow: name the run', {
      hint: 'pg-runbook status latest --follow',
    });
  }
  const { report, left } = await withView(context, options.dsn, 'follow', (looking) =>
    follow(context.output, looking, run, { watcher: 'follow' }),
  );
  if (left !== undefined) return left;
  context.output.write(options.json === true ? toJson(report) : `${describeReport(report)}\n`);
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
