import type { Attempt, ReportV1 } from '../generated/report.v1.js';
import { readRun, type StoredRun, type TaskProgress } from '../ledger/read.js';
import type { RunnablePlan } from '../model/live-plan.js';
import { isFailure, isFinal } from '../model/status.js';
import type { Queryable } from '../postgres/session.js';
import { mayRepeat, mayRepeatStopped } from './repeatable.js';
import { toReport } from './report-of.js';
import { StepState, type LiveAttempt, type TaskState } from './state.js';

/** A run as it can be gone on with. */
export interface RestoredRun {
  readonly plan: RunnablePlan;
  readonly record: ReportV1;
  readonly steps: readonly StepState[];
  /** Tasks that were interrupted and may do harm when they are done again. */
  readonly refused: readonly TaskState[];
  /** Tasks that failed and are not done again, since that may do harm. */
  readonly kept: readonly TaskState[];
}

interface RestoreMode {
  /** Attempts that the control session has launched itself, by id. */
  readonly keepHandles: readonly string[];
  /** Somebody asks for the rest to be done: what has checkpoints or was cancelled goes on, too. */
  readonly reopen: boolean;
  /** And for what failed to be done again. */
  readonly failed: boolean;
}

/**
 * Reads a reconciled run from the ledger. Workers that still run are adopted: without a handle they
 * are followed until their process is gone. Interrupted tasks begin anew where that does no harm.
 */
export async function restoreRun(
  db: Queryable,
  runId: string,
  now: number,
  mode: RestoreMode,
): Promise<RestoredRun> {
  const { keepHandles, reopen, failed } = mode;
  const first = restore(await readRun(db, runId), now, keepHandles);
  const interrupted = first.tasks.filter(({ progress }) => wasInterrupted(progress));
  const [again, refused] = partition(interrupted, ({ task }) => mayRepeat(task.step.plan));
  const [repeated, kept] = partition(failed ? first.tasks.filter(hasFailed) : [], ({ task }) =>
    mayRepeat(task.step.plan),
  );
  const unfinished = reopen ? resumable(first.tasks, repeated) : [];
  const safe = [...new Set([...again, ...unfinished])];
  if (safe.length === 0) {
    return { ...first.run, ...{ refused: refused.map(toTask), kept: kept.map(toTask) } };
  }
  await db.query(
    `SELECT runbook.reopen_task($1, t.step, t.number)
       FROM jsonb_to_recordset($2) t(step text, number int)`,
    [runId, JSON.stringify(safe.map(({ progress: { step, number } }) => ({ step, number })))],
  );
  const { run, tasks } = restore(await readRun(db, runId), now, keepHandles);
  const anew = (before: readonly RestoredTask[]): TaskState[] => {
    const names = new Set(before.map(({ task }) => task.record.id));
    return tasks.map(toTask).filter((task) => names.has(task.record.id));
  };
  return { ...run, refused: anew(refused), kept: anew(kept) };
}

const toTask = ({ task }: RestoredTask): TaskState => task;

interface RestoredTask {
  readonly task: TaskState;
  readonly progress: TaskProgress;
}

interface Restored {
  readonly run: Omit<RestoredRun, 'refused' | 'kept'>;
  readonly tasks: readonly RestoredTask[];
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
    ({ task, progress: { items, status } }) =>
      task.step.kind.resumable === true &&
      items === 0 &&
      (isFailure(status) || status === 'unknown'),
  );
  const undone = [...failed, ...repeated, ...tasks.filter(wasCancelled)];
  const blocked = undone.length === 0 ? [] : tasks.filter(({ progress }) => progress.blocked);
  return [...deferred, ...undone, ...blocked];
}

/** With a step that was cancelled, its tasks that were never launched. */
function wasCancelled({ task, progress: { blocked, items, status } }: RestoredTask): boolean {
  const { plan, record } = task.step;
  if (blocked) return record.status === 'cancelled';
  return status === 'cancelled' && items === 0 && mayRepeatStopped(plan, task.plan);
}

function hasFailed({ progress: { items, status } }: RestoredTask): boolean {
  return items === 0 && (status === 'failed' || status === 'timed_out');
}

function restore(stored: StoredRun, now: number, keepHandles: readonly string[]): Restored {
  const { plan, tasks, supervised } = stored;
  const record = toReport(stored);
  const steps = plan.steps.map((step, index) => {
    const stepRecord = record.steps[index];
    if (stepRecord === undefined) throw new Error(`no record of step ${step.id}`);
    const state = new StepState(step, stepRecord, plan.server.version_number);
    state.handedOver = supervised.includes(step.id);
    state.ended = isFinal(stepRecord.status);
    return state;
  });
  const byId = new Map(
    steps.flatMap((step) => step.tasks.map((task) => [task.record.id, task] as const)),
  );
  const restored = tasks.map((progress) => {
    const task = byId.get(`${progress.step}/${String(progress.number)}`);
    if (task === undefined) throw new Error(`no task ${progress.step}/${String(progress.number)}`);
    task.apply(progress, now);
    for (const index of progress.last?.built_indexes ?? []) task.builtIndexes.add(index);
    // What a supervisor looked after, the next one adopts.
    if (task.step.policy === 'wait') task.live = adopt(task, progress, now, keepHandles);
    return { task, progress };
  });
  return { run: { plan, record, steps }, tasks: restored };
}

/** The attempt whose worker still runs. */
function adopt(
  task: TaskState,
  { last }: TaskProgress,
  now: number,
  keepHandles: readonly string[],
): LiveAttempt | undefined {
  const attempt = task.record.attempts.at(-1);
  if (last === null || attempt?.status !== 'running') return undefined;
  const launchedAt = attempt.launched_at === null ? now : Date.parse(attempt.launched_at);
  return {
    id: last.attempt_id,
    sql: last.sql,
    attempt,
    handle: keepHandles.includes(last.attempt_id) ? handleOf(attempt) : undefined,
    identity: identityOf(attempt),
    adopted: true,
    launchedAt,
    cause: last.cause ?? undefined,
    rung: 'none',
    rungAt: launchedAt,
    unnoted: false,
    queueFull: false,
    outcome: undefined,
    endedAt: 0,
  };
}

function handleOf({ pid, cookie }: Attempt): LiveAttempt['handle'] {
  return pid === null || cookie === null ? undefined : { pid, cookie };
}

function identityOf(attempt: Attempt): LiveAttempt['identity'] {
  const { pid, backend_start: backendStart, application_name: applicationName } = attempt;
  return pid === null || backendStart === null ? undefined : { pid, backendStart, applicationName };
}

/** Its worker's end was not heard, nobody wanted it to stop, and it left no proof of its work. */
function wasInterrupted({ status, items, last }: TaskProgress): boolean {
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
