import type { Attempt, ReportV1 } from '../generated/report.v1.js';
import { readRun, type StoredRun, type TaskProgress } from '../ledger/read.js';
import type { LivePlan } from '../model/live-plan.js';
import { isFailure, isFinal } from '../model/status.js';
import type { Queryable } from '../postgres/session.js';
import { toReport } from './report-of.js';
import { StepState, type LiveAttempt, type TaskState } from './state.js';

/** A run as it can be gone on with. */
export interface RestoredRun {
  readonly plan: LivePlan;
  readonly record: ReportV1;
  readonly steps: readonly StepState[];
  /** Tasks that were interrupted and may do harm when they are done again. */
  readonly refused: readonly TaskState[];
}

/**
 * Reads a reconciled run from the ledger. Workers that still run are adopted: without a handle they
 * are followed until their process is gone. Interrupted tasks begin anew where that does no harm.
 * @param mode `keepHandles`: attempts that the control session has launched itself, by id. `reopen`:
 *   somebody asks for the rest to be done, so that tasks with checkpoints go on whatever ended them.
 */
export async function restoreRun(
  db: Queryable,
  runId: string,
  now: number,
  mode: { readonly keepHandles: readonly string[]; readonly reopen: boolean },
): Promise<RestoredRun> {
  const { keepHandles, reopen } = mode;
  const first = restore(await readRun(db, runId), now, keepHandles);
  const unfinished = reopen ? resumable(first.tasks) : [];
  const interrupted = first.tasks.filter(({ progress }) => wasInterrupted(progress));
  const [again, refused] = partition(interrupted, ({ task }) =>
    task.step.kind.rerunnable(task.step.plan.spec),
  );
  const safe = [...new Set([...again, ...unfinished])];
  if (safe.length === 0) return { ...first.run, refused: refused.map(({ task }) => task) };
  await db.query(
    `SELECT runbook.reopen_task($1, t.step, t.number)
       FROM jsonb_to_recordset($2) t(step text, number int)`,
    [runId, JSON.stringify(safe.map(({ progress: { step, number } }) => ({ step, number })))],
  );
  const { run, tasks } = restore(await readRun(db, runId), now, keepHandles);
  const names = new Set(refused.map(({ task }) => task.record.id));
  return { ...run, refused: tasks.map(({ task }) => task).filter((t) => names.has(t.record.id)) };
}

interface RestoredTask {
  readonly task: TaskState;
  readonly progress: TaskProgress;
}

interface Restored {
  readonly run: Omit<RestoredRun, 'refused'>;
  readonly tasks: readonly RestoredTask[];
}

/**
 * What a window left undone; and tasks that go on after their checkpoints, with those that the run
 * could not come to for them.
 */
function resumable(tasks: readonly RestoredTask[]): RestoredTask[] {
  const deferred = tasks.filter(({ progress }) => progress.deferred);
  const failed = tasks.filter(
    ({ task, progress: { items, status } }) =>
      task.step.kind.resumable === true &&
      items === 0 &&
      (isFailure(status) || status === 'unknown'),
  );
  const blocked = failed.length === 0 ? [] : tasks.filter(({ progress }) => progress.blocked);
  return [...deferred, ...failed, ...blocked];
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
