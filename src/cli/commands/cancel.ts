import { hostname } from 'node:os';
import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { systemClock } from '../../engine/clock.js';
import { lookAtRun } from '../../engine/stored-report.js';
import type { ReportV1 } from '../../generated/report.v1.js';
import { findRunId, requestCancel } from '../../ledger/read.js';
import { isFinal } from '../../model/status.js';
import type { Session } from '../../postgres/session.js';
import { describeReport } from '../../report/text.js';
import { withLedger } from '../connect.js';
import type { CommandContext } from '../command-line.js';

/** Longer than the ladder from pg_cancel_backend to giving up. */
const STOPS_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 500;

/** Asks a run, or a step of it, to stop, and waits until it has. */
export async function cancel(
  context: CommandContext,
  run: string,
  options: { readonly dsn?: string | undefined; readonly step?: string | undefined },
): Promise<ExitCode> {
  const { step } = options;
  const { report, open } = await withLedger(context, options.dsn, 'cancel', async ({ session }) => {
    const id = await findRunId(session, run);
    if (context.begun !== undefined) context.begun.yet = true;
    return cancelAndWait(session, id, step);
  });
  context.output.write(`${describeReport(report)}\n`);
  if (open.length === 0) return EXIT.ok;
  context.output.note(`still stopping: ${open.join(', ')}; why: pg-runbook why ${report.run.id}`);
  return EXIT.taskFailed;
}

async function cancelAndWait(
  session: Session,
  runId: string,
  step: string | undefined,
): Promise<{ report: ReportV1; open: string[] }> {
  const until = systemClock.now() + STOPS_WITHIN_MS;
  for (let first = true; ; first = false) {
    const requested = await requestCancel(session, runId, step, hostname());
    const { report } = await lookAtRun(session, runId, systemClock);
    const wanted = report.steps.filter(({ id }) => step === undefined || id === step);
    if (wanted.length === 0) {
      throw new RunbookError('run_not_found', `run ${runId} has no step ${step ?? ''}`, {
        hint: `Its steps: ${report.steps.map(({ id }) => id).join(', ')}`,
      });
    }
    if (first && requested === 0) {
      throw new RunbookError('run_ended', `nothing of run ${runId} is left to be cancelled`, {
        hint: `What became of it: pg-runbook status ${runId}`,
      });
    }
    const open = wanted.filter(({ status }) => !isFinal(status)).map(({ id }) => id);
    if (open.length === 0 || systemClock.now() >= until) return { report, open };
    await systemClock.sleep(LOOK_EVERY_MS);
  }
}
