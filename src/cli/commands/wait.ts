import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { systemClock } from '../../engine/clock.js';
import { lookAtRun } from '../../engine/stored-report.js';
import type { ReportV1 } from '../../generated/report.v1.js';
import { findRunId } from '../../ledger/read.js';
import { parseDuration } from '../../model/duration.js';
import type { Session } from '../../postgres/session.js';
import { toJson } from '../../report/json.js';
import { describeReport } from '../../report/text.js';
import { withLedger } from '../connect.js';
import type { CommandContext } from '../command-line.js';
import { writeReport } from '../report-file.js';

const LOOK_EVERY_MS = 1_000;

interface Options {
  readonly dsn?: string | undefined;
  readonly timeout?: string | undefined;
  readonly report?: string | undefined;
  readonly json?: true | undefined;
}

/** Blocks until nobody works on a run any more; exits as a waited run would have. */
export async function wait(
  context: CommandContext,
  run: string,
  options: Options,
): Promise<ExitCode> {
  const timeoutMs = parseTimeout(options.timeout);
  const { report, live } = await withLedger(context, options.dsn, 'wait', async ({ session }) =>
    waitForEnd(session, await findRunId(session, run), timeoutMs),
  );
  if (options.report !== undefined) await writeReport(options.report, report);
  context.output.write(options.json === true ? toJson(report) : `${describeReport(report)}\n`);
  if (live) return EXIT.notNow;
  return (report.run.exit_code ?? EXIT.taskFailed) as ExitCode;
}

async function waitForEnd(
  session: Session,
  runId: string,
  timeoutMs: number,
): Promise<{ report: ReportV1; live: boolean }> {
  const until = systemClock.now() + timeoutMs;
  for (;;) {
    const look = await lookAtRun(session, runId, systemClock);
    const left = until - systemClock.now();
    if (!look.live || left <= 0) return look;
    await systemClock.sleep(Math.min(LOOK_EVERY_MS, left));
  }
}

function parseTimeout(text: string | undefined): number {
  if (text === undefined) return Infinity;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new RunbookError('usage', `--timeout: not a duration: ${text}`, {
    hint: 'Like 90s or 1h30m.',
  });
}
