import type { ReportV1 } from '../generated/report.v1.js';
import { requireCurrent } from '../ledger/migrate.js';
import { pruneRuns } from '../ledger/read.js';
import type { RunnablePlan } from '../model/live-plan.js';
import { systemClock, toTimestamp } from './clock.js';
import { sealWith } from './context.js';
import { drive } from './drive.js';
import { clearBefore, guarded, makeContext, type EngineOptions } from './make-context.js';
import { newRecord } from './new-record.js';
import { takeTurn } from './overlap.js';
import { openWindow } from './run-window.js';
import { openSession } from './sessions.js';
import { takeUp, type ResumeOptions } from './take-up.js';

const DAY_MS = 86_400_000;

export interface RunOptions extends EngineOptions {
  readonly plan: RunnablePlan;
  /** True: run a version whose content changed since it first ran. */
  readonly allowChanged: boolean;
  /** The pass over an inventory that the run belongs to. */
  readonly pass?: string | undefined;
}

/**
 * Runs a plan to its end, or until only detached steps are left, and returns the report. The ledger
 * must exist. The returned report tells every outcome, also when the run failed; only what prevented
 * the run from starting is thrown.
 */
export async function runPlan(options: RunOptions): Promise<ReportV1> {
  const { plan, runId, connection, clock = systemClock } = options;
  const window = openWindow(plan.window, clock.now());
  const record = newRecord(plan, runId, {
    started_at: toTimestamp(clock.now()),
    window_ends_at: window === undefined ? null : toTimestamp(window.endsAt),
    traceparent: options.origin.traceparent ?? null,
    pass: options.pass ?? null,
  });
  const session = await openSession(connection, runId);
  const context = await guarded(session, async () => {
    const made = await makeContext(options, session, {
      record,
      refused: [],
      supervised: [],
      window,
      plan,
    });
    const keepMs = plan.ledger.keep_days * DAY_MS;
    const { alone, prunable } = await made.ledger.admitRun(record, options.allowChanged, keepMs);
    // From the claim on nobody replaces the ledger's functions; another session may have done so just before.
    await requireCurrent(session);
    if (!alone) await takeTurn(made, runId, plan);
    await made.ledger.refuseTakenPass(record);
    await clearBefore(made);
    if (prunable) await pruneRuns(session, plan.runbook.name, keepMs);
    // A report that cannot be written shows before anything is launched.
    await made.saver.now();
    await made.ledger.startRun(record, plan, options.origin, sealWith(made.key, runId));
    made.emit({ type: 'run_started', run: record.run });
    return made;
  });
  return drive(context, (old) => takeUp(options, old));
}

/**
 * Goes on with a run whose engine is gone: adopts workers that still run, settles ended ones by
 * proof, does again what is safe, and carries on with the plan as recorded.
 * @throws RunbookError `run_live` while its engine lives, `run_ended` when nothing is left to do.
 */
export async function resumeRun(options: ResumeOptions): Promise<ReportV1> {
  const context = await takeUp(options, undefined);
  return drive(context, (old) => takeUp(options, old));
}
