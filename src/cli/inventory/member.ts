import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { EXIT, messageOf, RunbookError } from '../../errors.js';
import { systemClock } from '../../engine/clock.js';
import type { EventListener } from '../../engine/events.js';
import type { EngineOptions } from '../../engine/make-context.js';
import { findInPass } from '../../engine/pass.js';
import { resumeRun, runPlan } from '../../engine/run.js';
import type { Database } from '../../generated/inventory-report.v1.js';
import type { ReportV1 } from '../../generated/report.v1.js';
import { migrateLedger } from '../../ledger/migrate.js';
import { makeRunId } from '../../model/identity.js';
import type { InventoryDatabase } from '../../model/inventory.js';
import { maskPasswords, oneLine } from '../../model/printable.js';
import type { Trace } from '../../model/traceparent.js';
import { planRun } from '../../plan/build.js';
import { resolveConnection } from '../../postgres/connection-settings.js';
import { asRunbookError } from '../../postgres/errors.js';
import type { CommandContext } from '../command-line.js';
import { withServer } from '../connect.js';
import { originOf, requiredOnce } from '../engine-run.js';
import { reportFailure } from '../failure.js';
import type { Output } from '../io.js';
import { LiveWorkers } from '../live-workers.js';
import { refuseForbiddenPlan, type LoadedRunbook } from '../load.js';
import { jsonProgress } from '../json-progress.js';
import { textProgress } from '../progress.js';
import type { OutputFile } from '../atomic-file.js';
import { writeReport } from '../report-file.js';

/** What all databases of a command have in common. */
export interface Fleet {
  readonly context: CommandContext;
  readonly loaded: LoadedRunbook;
  readonly pass: string | undefined;
  readonly allowChanged: boolean;
  /** Where the reports go. */
  readonly folder: string;
  /** Of their files. */
  readonly mode: number | undefined;
  readonly stop: AbortSignal;
  readonly trace: Trace | undefined;
  /** Undefined: plain lines. */
  readonly log: Logger | undefined;
  /** Of each database that is worked on. */
  readonly workers: Map<string, LiveWorkers>;
}

/** What became of a database. */
export interface Outcome extends Pick<
  Database,
  'status' | 'reason' | 'error' | 'exit_code' | 'did' | 'run_id' | 'report'
> {
  /** Somebody else was faster, or has not been seen to be gone: a later look may tell another thing. */
  readonly contended: boolean;
}

type Did = NonNullable<Database['did']>;

const NOTHING = {
  reason: null,
  error: null,
  exit_code: null,
  did: null,
  run_id: null,
  report: null,
};

/** Errors that say that another process works on the database. */
const CONTENDED: readonly string[] = [
  'overlap',
  'overlap_forbidden',
  'pass_taken',
  'run_live',
  'run_ended',
];

/**
 * Works on one database as `run` and `resume` do. Whatever goes wrong is its outcome, and is told: it
 * never stops the others.
 */
export async function workOn(fleet: Fleet, database: InventoryDatabase): Promise<Outcome> {
  if (fleet.stop.aborted) {
    return { ...NOTHING, status: 'not_begun', reason: 'a signal came first', contended: false };
  }
  try {
    const { did, report } = await runOnce(fleet, database);
    const { id, status, reason, exit_code } = report.run;
    const { path } = reportFile(fleet, database);
    const outcome: Outcome = {
      ...{ status, reason, error: null, exit_code: exit_code ?? EXIT.taskFailed, did },
      ...{ run_id: id, report: path, contended: false },
    };
    tellEnd(fleet, database, outcome);
    return outcome;
  } catch (error) {
    return refused(fleet, database, asRunbookError(error));
  } finally {
    fleet.workers.delete(database.name);
  }
}

/** Every database has one run of a pass: what is there already is told, or gone on with. */
async function runOnce(
  fleet: Fleet,
  database: InventoryDatabase,
): Promise<{ readonly did: Did; readonly report: ReportV1 }> {
  const { context, loaded, pass, allowChanged } = fleet;
  const { runbook, lint } = loaded;
  const next = await withServer(context, database.dsn, 'plan', async ({ session, server }) => {
    const found =
      pass === undefined ? undefined : await findInPass(session, runbook.name, pass, systemClock);
    if (found !== undefined) return { found };
    const plan = await planRun(session, runbook, server, new Date(), lint);
    await refuseForbiddenPlan(named(context.output, database.name), plan, loaded.source);
    await migrateLedger(session);
    return { plan };
  });
  if (next.plan !== undefined) {
    const engine = engineFor(fleet, database, makeRunId(new Date(), randomBytes(6)));
    return {
      did: 'run',
      report: await runPlan({ ...engine, plan: next.plan, allowChanged, pass }),
    };
  }
  const { report, open } = next.found;
  const resumed = open ? await resume(fleet, database, report.run) : undefined;
  if (resumed !== undefined) return { did: 'resumed', report: resumed };
  await writeReport(reportFile(fleet, database), report);
  return { did: 'found', report };
}

/** @returns undefined when nothing is left that could be done. */
async function resume(
  fleet: Fleet,
  database: InventoryDatabase,
  { id, status }: ReportV1['run'],
): Promise<ReportV1 | undefined> {
  try {
    return await resumeRun(engineFor(fleet, database, id));
  } catch (error) {
    const ended = error instanceof RunbookError && error.code === 'run_ended';
    // Of a run that was at work a moment ago another look tells what it came to.
    if (ended && status !== 'running') return undefined;
    throw error;
  }
}

function engineFor(fleet: Fleet, database: InventoryDatabase, runId: string): EngineOptions {
  const { context, log, stop, trace } = fleet;
  const { name, dsn } = database;
  const workers = new LiveWorkers();
  fleet.workers.set(name, workers);
  const progress: EventListener =
    log === undefined
      ? textProgress(context.output, name)
      : jsonProgress(log.child({ database: name, run: runId }));
  const file = reportFile(fleet, database);
  return {
    runId,
    connection: resolveConnection(dsn, context.env),
    origin: originOf(trace),
    stop,
    onEvent: (event) => {
      workers.note(event);
      progress(event);
    },
    onReport: requiredOnce(named(context.output, name), (report: ReportV1) =>
      writeReport(file, report),
    ),
  };
}

function reportFile({ folder, mode }: Fleet, { name }: InventoryDatabase): OutputFile {
  return { path: join(folder, `${name}.json`), mode };
}

/** What kept a run from beginning, as the status that it comes to. */
function refused(fleet: Fleet, database: InventoryDatabase, error: unknown): Outcome {
  const { context, log, pass } = fleet;
  const known = error instanceof RunbookError ? error : undefined;
  const contended = pass !== undefined && known !== undefined && CONTENDED.includes(known.code);
  // A defect of our own has a stack to show.
  if (known === undefined || (!contended && log === undefined)) {
    reportFailure(error, named(context.output, database.name));
  }
  const exitCode = contended ? EXIT.notNow : (known?.exitCode ?? EXIT.taskFailed);
  const outcome: Outcome = {
    ...NOTHING,
    status: statusOf(exitCode),
    reason: maskPasswords(messageOf(error)),
    error: known?.code ?? null,
    exit_code: exitCode,
    contended,
  };
  // What may yet turn out well is told when it has not.
  if (!contended && log !== undefined) tellEnd(fleet, database, outcome);
  return outcome;
}

function statusOf(exitCode: number): Database['status'] {
  if (exitCode === EXIT.notNow) return 'deferred';
  return exitCode === EXIT.outcomeUnknown ? 'unknown' : 'refused';
}

/** The line that a database ends with; for people only what no event has told them. */
export function tellEnd(
  { context: { output }, log }: Fleet,
  { name }: InventoryDatabase,
  { status, reason, error, exit_code, did, run_id: run, contended }: Outcome,
): void {
  if (log !== undefined) {
    log.info({ database: name, run, status, reason, error, exit_code, did }, 'database_ended');
    return;
  }
  const line = contended
    ? `not now: ${reason ?? ''}`
    : `run ${run ?? ''} of this pass has ended: ${status}`;
  if (!contended && did !== 'found') return;
  output.note(`${output.paint('dim', output.stamp())} ${name}: ${oneLine(line)}`);
}

function named(output: Output, name: string): Output {
  return {
    ...output,
    note: (text) => {
      output.note(`${name}: ${text}`);
    },
  };
}
