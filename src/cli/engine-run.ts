import { hostname } from 'node:os';
import { EXIT, type ExitCode } from '../errors.js';
import type { EngineEvent, EventListener } from '../engine/events.js';
import type { EngineOptions } from '../engine/make-context.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { oneLine } from '../model/printable.js';
import { parseTraceparent, type Trace } from '../model/traceparent.js';
import { resolveConnection } from '../postgres/connection-settings.js';
import { jsonPieces } from '../report/json.js';
import { describeReport } from '../report/text.js';
import { reportFailure } from './failure.js';
import type { Output } from './io.js';
import type { LiveView } from './live/live-view.js';
import { openLiveView } from './live/open.js';
import { LiveWorkers } from './live-workers.js';
import type { CommandContext } from './command-line.js';
import { requireMetricsFolder, writeMetrics } from './metrics-file.js';
import { textProgress } from './progress.js';
import { writeReport } from './report-file.js';
import { listenForStop, type StopSignals } from './stop-signals.js';

/** What the commands that drive an engine take. */
export interface DriveOptions {
  readonly dsn?: string | undefined;
  readonly logFormat: 'text' | 'json';
  readonly json?: true | undefined;
  readonly metrics?: string | undefined;
  /** Of the report's file. */
  readonly mode?: number | undefined;
}

/** Drives an engine from the command line: progress, signals, the report's file, and its exit code. */
export async function driveEngine(
  context: CommandContext,
  options: DriveOptions,
  { runId, path }: { readonly runId: string; readonly path: string },
  work: (engine: EngineOptions) => Promise<ReportV1>,
): Promise<ExitCode> {
  await requireMetricsFolder(options.metrics);
  const live =
    options.logFormat === 'json' ? undefined : await openLiveView(context.output, 'engine');
  const output = live?.output ?? context.output;
  const workers = new LiveWorkers();
  const trace = parseTraceparent(context.env['TRACEPARENT']);
  const progress =
    options.logFormat === 'json' ? await jsonLog(trace, runId) : textProgress(output);
  const onEvent: EventListener = (event) => {
    if (context.begun !== undefined && isBegin(event)) context.begun.yet = true;
    workers.note(event);
    // A bar tells the same.
    if (event.type !== 'step_progress' || live?.draws !== true) progress(event);
  };
  const stop = listen(output, workers, live);
  const write = requiredOnce(output, (report: ReportV1) =>
    writeReport({ path, mode: options.mode }, report),
  );
  let latest: ReportV1 | undefined;
  try {
    const report = await work({
      runId,
      connection: resolveConnection(options.dsn, context.env),
      origin: originOf(trace),
      stop: stop.signal,
      onEvent,
      onReport: async (report) => {
        await write(report);
        latest = report;
      },
      ...(live === undefined ? {} : { onLook: live.show }),
    });
    latest = report;
    live?.close();
    const text = `${describeReport(report)}\nreport: ${oneLine(path)}\n`;
    await output.writeAll(options.json === true ? jsonPieces(report) : [text]);
    return (report.run.exit_code ?? EXIT.taskFailed) as ExitCode;
  } finally {
    live?.close();
    stop.release();
    // Also of a run that broke off: its last state is news, and the file of the run before is not.
    if (latest !== undefined) await writeMetrics(output, options.metrics, latest);
  }
}

function isBegin({ type }: EngineEvent): boolean {
  return type === 'run_started' || type === 'run_resumed';
}

/** Who runs the engine: this process. */
export function originOf(trace: Trace | undefined): EngineOptions['origin'] {
  return { host: hostname(), pid: process.pid, traceparent: trace?.traceparent };
}

/**
 * The first report must be written, or the run does not start; later a full disk must not stop
 * maintenance that goes well: it is told, and the ledger keeps the truth.
 */
export function requiredOnce<T>(
  output: Output,
  write: (document: T) => Promise<void>,
): (document: T) => Promise<void> {
  let written = false;
  return async (document) => {
    try {
      await write(document);
      written = true;
    } catch (error) {
      if (!written) throw error;
      reportFailure(error, output);
    }
  };
}

function listen(output: Output, workers: LiveWorkers, live: LiveView | undefined): StopSignals {
  return listenForStop(
    (name) => {
      output.note(
        `${name}: launching nothing more, cancelling what runs; once more to leave at once`,
      );
      live?.stopping();
    },
    () => {
      live?.close();
      output.note(`left at once; workers that may still run: ${workers.describe()}`);
    },
  );
}

/** Loaded only where it is wanted: a library for logs takes as long as a command's own code. */
async function jsonLog(trace: Trace | undefined, run: string): Promise<EventListener> {
  const { jsonProgress, openJsonLog } = await import('./json-progress.js');
  return jsonProgress(openJsonLog(trace).child({ run }));
}
