import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { EXIT, type ExitCode } from '../../errors.js';
import type { EventListener } from '../../engine/events.js';
import { runPlan } from '../../engine/run.js';
import type { PlanV1 } from '../../generated/plan.v1.js';
import type { ReportV1 } from '../../generated/report.v1.js';
import { migrateLedger } from '../../ledger/migrate.js';
import { makeRunId } from '../../model/identity.js';
import { buildPlan } from '../../plan/build.js';
import { resolveConnection } from '../../postgres/connection-settings.js';
import { toJson } from '../../report/json.js';
import { describeReport } from '../../report/text.js';
import { withServer } from '../connect.js';
import { reportFailure } from '../failure.js';
import type { Output } from '../io.js';
import { LiveWorkers } from '../live-workers.js';
import { loadForServer } from '../load.js';
import type { CommandContext } from '../program.js';
import { jsonProgress, textProgress } from '../progress.js';
import { defaultReportPath, writeReport } from '../report-file.js';
import { listenForStop, type StopSignals } from '../stop-signals.js';

interface Options {
  readonly parameter?: string[] | undefined;
  readonly dsn?: string | undefined;
  readonly report?: string | undefined;
  readonly allowChanged?: true | undefined;
  readonly logFormat: 'text' | 'json';
  readonly json?: true | undefined;
}

/** Plans a runbook, runs the plan and writes the report. */
export async function run(
  context: CommandContext,
  file: string,
  options: Options,
): Promise<ExitCode> {
  const { output } = context;
  const runbook = await loadForServer(output, file, options.parameter);
  const plan = await withServer(context, options.dsn, 'plan', async ({ session, server }) => {
    const made = await buildPlan(session, runbook, server, new Date());
    await migrateLedger(session);
    return made;
  });
  const runId = makeRunId(new Date(), randomBytes(6));
  const path = options.report ?? defaultReportPath(plan.runbook.name, runId);
  const report = await execute(context, options, { plan, runId, path });
  output.write(
    options.json === true ? toJson(report) : `${describeReport(report)}\nreport: ${path}\n`,
  );
  return (report.run.exit_code ?? EXIT.taskFailed) as ExitCode;
}

async function execute(
  context: CommandContext,
  options: Options,
  { plan, runId, path }: { plan: PlanV1; runId: string; path: string },
): Promise<ReportV1> {
  const workers = new LiveWorkers();
  const progress =
    options.logFormat === 'json' ? jsonProgress(runId) : textProgress(context.output);
  const onEvent: EventListener = (event) => {
    workers.note(event);
    progress(event);
  };
  const stop = listen(context.output, workers);
  try {
    return await runPlan({
      plan,
      runId,
      connection: resolveConnection(options.dsn, context.env),
      allowChanged: options.allowChanged === true,
      origin: { host: hostname(), pid: process.pid },
      stop: stop.signal,
      onEvent,
      onReport: reportWriter(context.output, path),
    });
  } finally {
    stop.release();
  }
}

/**
 * The first report must be written, or the run does not start; later a full disk must not stop
 * maintenance that goes well: it is told, and the ledger keeps the truth.
 */
function reportWriter(output: Output, path: string): (report: ReportV1) => Promise<void> {
  let written = false;
  return async (report) => {
    try {
      await writeReport(path, report);
      written = true;
    } catch (error) {
      if (!written) throw error;
      reportFailure(error, output);
    }
  };
}

function listen(output: Output, workers: LiveWorkers): StopSignals {
  return listenForStop(
    (name) => {
      output.note(
        `${name}: launching nothing more, cancelling what runs; once more to leave at once`,
      );
    },
    () => {
      output.note(`left at once; workers that may still run: ${workers.describe()}`);
    },
  );
}
