import type { Step as PlannedStep, Task as PlannedTask } from '../generated/plan.v1.js';
import type { ReportV1, Step, Task } from '../generated/report.v1.js';
import { readRun, type StoredRun, type TaskProgress } from '../ledger/read.js';
import type { RunnablePlan } from '../model/live-plan.js';
import { isFailure } from '../model/status.js';
import type { Queryable } from '../postgres/session.js';
import { stepKind } from '../steps/registry.js';
import { mayRepeat, mayRepeatStopped } from './repeatable.js';
import { toReport } from './report-of.js';

/** A run as it can be gone on with. */
export interface RestoredRun {
  readonly plan: RunnablePlan;
  readonly record: ReportV1;
  /** Steps that a supervisor looks after. */
  readonly supervised: readonly string[];
  /** Tasks that were interrupted and may do harm when they are done again, by id. */
  readonly refused: readonly string[];
  /** Tasks that failed and are not done again, since that may do harm. */
  readonly kept: readonly Task[];
}

interface RestoreMode {
  /** Somebody asks for the rest to be done: what has checkpoints or was cancelled goes on, too. */
  readonly reopen: boolean;
  /** And for what failed to be done again. */
  readonly failed: boolean;
}

/** Reads a reconciled run from the ledger. Interrupted tasks begin anew where that does no harm. */
export async function restoreRun(
  db: Queryable,
  runId: string,
  { reopen, failed }: RestoreMode,
): Promise<RestoredRun> {
  const first = await readRun(db, runId);
  const tasks = restoredTasks(first);
  const [again, refused] = partition(tasks.filter(wasInterrupted), ({ planned }) =>
    mayRepeat(planned),
  );
  const [repeated, kept] = partition(failed ? tasks.filter(hasFailed) : [], ({ planned }) =>
    mayRepeat(planned),
  );
  const safe = [...new Set([...again, ...(reopen ? resumable(tasks, repeated) : [])])];
  if (safe.length > 0) {
    await db.query(
      `SELECT runbook.reopen_task($1, t.step, t.number)
         FROM jsonb_to_recordset($2) t(step text, number int)`,
      [runId, JSON.stringify(safe.map(({ progress: { step, number } }) => ({ step, number })))],
    );
  }
  const stored = safe.length > 0 ? await readRun(db, runId) : first;
  return {
    plan: stored.plan,
    record: toReport(stored),
    supervised: stored.supervised,
    refused: refused.map(({ task }) => task.id),
    kept: kept.map(({ task }) => task),
  };
}

/** A task as it was planned, reported, and recorded. */
interface RestoredTask {
  readonly planned: PlannedStep;
  readonly plan: PlannedTask;
  readonly step: Step;
  readonly task: Task;
  readonly progress: TaskProgress;
}

function restoredTasks(stored: StoredRun): RestoredTask[] {
  const { plan, tasks } = stored;
  const byKey = new Map(tasks.map((one) => [`${one.step}/${String(one.number)}`, one]));
  return toReport(stored).steps.flatMap((step, index) => {
    const planned = plan.steps[index];
    return step.tasks.map((task, place) => {
      const progress = byKey.get(task.id);
      const taskPlan = planned?.tasks[place];
      if (planned === undefined || taskPlan === undefined || progress === undefined)
        throw new Error(`no task ${task.id}`);
      return { planned, plan: taskPlan, step, task, progress };
    });
  });
}

/**
 * What a window left undone; tasks that go on after their checkpoints, that were cancelled, or that are to be
 * repeated; and those that the run could not come to for them.
 */
function resumable(
  tasks: readonly RestoredTask[],
  repeated: readonly RestoredTask[],
): RestoredTask[] {
  const deferred = tasks.filter(({ progress }) => progress.deferred);
  const failed = tasks.filter(
    ({ planned, progress: { items, status } }) =>
      stepKind(planned.kind).resumable === true &&
      items === 0 &&
      (isFailure(status) || status === 'unknown'),
  );
  const undone = [...failed, ...repeated, ...tasks.filter(wasCancelled)];
  const blocked = undone.length === 0 ? [] : tasks.filter(({ progress }) => progress.blocked);
  return [...deferred, ...undone, ...blocked];
}

/** With a step that was cancelled, its tasks that were never launched. */
function wasCancelled({ plan, planned, step, progress }: RestoredTask): boolean {
  const { blocked, items, status } = progress;
  if (blocked) return step.status === 'cancelled';
  return status === 'cancelled' && items === 0 && mayRepeatStopped(planned, plan);
}

function hasFailed({ progress: { items, status } }: RestoredTask): boolean {
  return items === 0 && (status === 'failed' || status === 'timed_out');
}

/** Its worker's end was not heard, nobody wanted it to stop, and it left no proof of its work. */
function wasInterrupted({ progress: { status, items, last } }: RestoredTask): boolean {
  return (
    items === 0 &&
    (status === 'unknown' || status === 'failed') &&
    last?.outcome?.type === 'silent' &&
    (last.cause === null || last.cause === 'handle_lost')
  );
}

function partition<T>(items: readonly T[], matches: (item: T) => boolean): [T[], T[]] {
  return [items.filter(matches), items.filter((item) => !matches(item))];
}
