import type { ExitCode } from '../../errors.js';
import { relyingOn, requireWhole } from '../../engine/damage.js';
import { resumeRun } from '../../engine/run.js';
import { findRunId, readRun } from '../../ledger/read.js';
import { withLedger } from '../connect.js';
import { driveEngine, type DriveOptions } from '../engine-run.js';
import type { CommandContext } from '../command-line.js';
import { withPing } from '../ping.js';
import { defaultReportPath } from '../report-file.js';
import { keepHeapSmall } from '../small-heap.js';

interface Options extends DriveOptions {
  readonly report?: string | undefined;
  readonly failed?: true | undefined;
  readonly ping?: string | undefined;
}

/** Goes on with a run whose engine is gone. */
export async function resume(
  context: CommandContext,
  reference: string,
  options: Options,
): Promise<ExitCode> {
  keepHeapSmall();
  return withPing(context, options.ping, () => takeUp(context, reference, options));
}

async function takeUp(
  context: CommandContext,
  reference: string,
  options: Options,
): Promise<ExitCode> {
  const { runId, name } = await withLedger(context, options.dsn, 'resume', async ({ session }) => {
    const id = await findRunId(session, reference);
    // What is done again comes from the ledger: it must be whole.
    const stored = await relyingOn(session, id, () => readRun(session, id));
    await requireWhole(stored);
    return { runId: id, name: stored.plan.runbook.name };
  });
  const path = options.report ?? defaultReportPath(name, runId);
  return driveEngine(context, options, { runId, path }, (engine) =>
    resumeRun({ ...engine, failed: options.failed === true }),
  );
}
