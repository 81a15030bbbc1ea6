import type { RunLook } from '../../engine/live.js';
import type { Attempt, Progress, Step, Task } from '../../generated/report.v1.js';
import { workerApplicationName } from '../../model/identity.js';
import { isFinal } from '../../model/status.js';
import type { WorkerLook } from '../../postgres/worker-progress.js';
import { measureOf, type Unit } from './measure.js';
import type { Sample } from './track.js';

/** What of a task is counted, and as what. */
export interface Counted {
  readonly sample: Sample;
  readonly unit: Unit;
  /** True: the total is an estimate, so that the share is never said to be all. */
  readonly estimated: boolean;
}

/** A task, or a step that walks a table with several tasks, at one moment. */
export interface Reading {
  readonly id: string;
  readonly policy: 'wait' | 'detach';
  /** The relation at hand, or the beginning of the SQL. */
  readonly subject: string;
  /** What it does, in PostgreSQL's words; empty when that is not known. */
  readonly phase: string;
  /** What it waits for; empty when it works. */
  readonly waits: string;
  readonly counted: Counted | undefined;
  /** True for the tasks of a step whose walk has a line of its own. */
  readonly part: boolean;
  /** In ms since the epoch; null: not known. */
  readonly launchedAt: number | null;
  readonly timeoutMs: number;
  /** How long such tasks took; null where only a guess is known. */
  readonly usualMs: number | null;
}

/** Its process is gone, and what it came to is being looked at. */
const ENDED = 'its worker has ended';

/** All that runs, in the order of the run. Pure. */
export function readTasks(look: RunLook): Reading[] {
  const workers = new Map(look.server.workers.map((worker) => [worker.application_name, worker]));
  const byPid = new Map(look.server.workers.map((worker) => [worker.pid, worker]));
  const find = (name: string, attempt: Attempt | undefined): WorkerLook | undefined => {
    const named = workers.get(name);
    if (named !== undefined) return named;
    // One that has changed its name is told by its start.
    const candidate = byPid.get(attempt?.pid ?? 0);
    const [began, seen] = [timeOf(attempt?.backend_start), timeOf(candidate?.backend_start)];
    return began !== null && began === seen ? candidate : undefined;
  };
  return look.report.steps.flatMap((step, index) => readStep(look, step, index, find));
}

type Find = (name: string, attempt: Attempt | undefined) => WorkerLook | undefined;

function readStep(look: RunLook, step: Step, index: number, find: Find): Reading[] {
  const { report, plan, at } = look;
  const planned = plan[index];
  const budgets = Object.keys(planned?.budgets ?? {});
  const detached = step.status === 'detached';
  const running = step.tasks.flatMap((task, i) => {
    if (isFinal(task.status) || (task.status !== 'running' && !detached)) return [];
    const attempt = task.attempts.at(-1);
    const name = workerApplicationName(report.run.id, step.id, i + 1, budgets);
    const worker = find(attempt?.application_name ?? name, attempt);
    // Of a detached task the engine itself is told nothing: the server shows whether it runs.
    return task.status !== 'running' && worker === undefined ? [] : [{ task, attempt, worker }];
  });
  if (running.length === 0) return [];
  const timeoutMs = planned?.timeout_ms ?? 0;
  const readings = running.map(({ task, attempt, worker }) =>
    readTask(at, step, task, attempt, worker, timeoutMs),
  );
  const { progress } = step;
  return progress !== null && step.tasks.length > 1
    ? [walkOf(at, step, progress, timeoutMs), ...readings]
    : readings;
}

function readTask(
  at: number,
  step: Step,
  task: Task,
  attempt: Attempt | undefined,
  worker: WorkerLook | undefined,
  timeoutMs: number,
): Reading {
  const measure = worker === undefined ? undefined : measureOf(worker);
  const { progress } = step;
  const alone = step.tasks.length === 1;
  const start = attempt?.launched_at ?? worker?.backend_start ?? null;
  return {
    id: task.id,
    policy: step.policy,
    subject: subjectOf(task, worker),
    phase: phaseOf(task, attempt, worker, progress),
    waits: waitOf(worker, measure?.waitsFor, progress, task.id),
    counted:
      progress === null
        ? countOf(at, attempt, worker)
        : alone
          ? walked(at, task.id, progress)
          : undefined,
    part: progress !== null && !alone,
    launchedAt: timeOf(start),
    timeoutMs,
    usualMs:
      task.expected === null || task.expected.basis === 'guess' ? null : task.expected.p50_ms,
  };
}

function phaseOf(
  { id }: Task,
  attempt: Attempt | undefined,
  worker: WorkerLook | undefined,
  progress: Progress | null,
): string {
  if (worker === undefined) return typeof attempt?.pid === 'number' ? ENDED : '';
  return progress === null ? (measureOf(worker)?.phase ?? '') : describePart(progress, id);
}

/** A step whose table several tasks walk: what is left is known of all of them together. */
function walkOf(at: number, step: Step, progress: Progress, timeoutMs: number): Reading {
  return {
    id: step.id,
    policy: step.policy,
    subject: step.tasks[0] === undefined ? '' : subjectOf(step.tasks[0], undefined),
    phase: `${String(progress.batches)} batches`,
    waits: progress.paused_for === null ? '' : `paused: ${progress.paused_for}`,
    counted: walked(at, step.id, progress),
    part: false,
    launchedAt: timeOf(step.started_at),
    timeoutMs,
    usualMs: null,
  };
}

function walked(at: number, id: string, progress: Progress): Counted | undefined {
  const { rows_seen: done, rows_estimated: total } = progress;
  if (total <= 0) return undefined;
  return { sample: { key: `${id} walk`, at, done, total }, unit: 'rows', estimated: true };
}

function countOf(
  at: number,
  attempt: Attempt | undefined,
  worker: WorkerLook | undefined,
): Counted | undefined {
  const measure = worker === undefined ? undefined : measureOf(worker);
  if (worker === undefined || measure?.count === undefined) return undefined;
  const { done, total, unit } = measure.count;
  const key = [attempt?.number, worker.pid, worker.relation, measure.phase, measure.round].join(
    ' ',
  );
  return { sample: { key, at, done, total }, unit, estimated: false };
}

function subjectOf(task: Task, worker: WorkerLook | undefined): string {
  const { targets } = task;
  const [first] = targets;
  if (first === undefined) return task.sql.trim().split('\n', 1)[0] ?? '';
  if (targets.length === 1 && worker?.command !== 'vacuum') return first.name;
  const oid = Number(worker?.facts['relid'] ?? 0);
  const at = targets.findIndex((target) => target.oid === oid);
  // A vacuum goes on with the relation's TOAST table.
  const name = targets[at]?.name ?? worker?.relation ?? first.name;
  return targets.length === 1 || at < 0
    ? name
    : `${name} (${String(at + 1)} of ${String(targets.length)})`;
}

/** How the parts of one task go. */
function describePart(progress: Progress, id: string): string {
  const part = partOf(progress, id);
  if (part === undefined || part.batch_rows === null) return '';
  return `batches of ${String(Math.round(part.batch_rows))} rows in ${String(Math.round(part.batch_ms ?? 0))}ms`;
}

function partOf({ parts }: Progress, id: string): Progress['parts'][number] | undefined {
  const number = Number(id.slice(id.lastIndexOf('/') + 1));
  return parts.find((part) => part.task === number && part.finished_at === null);
}

function waitOf(
  worker: WorkerLook | undefined,
  waitsFor: number | undefined,
  progress: Progress | null,
  id: string,
): string {
  if (worker !== undefined && worker.wait?.startsWith('Lock/') === true) {
    const by = worker.blocked_by.map((pid) =>
      pid === 0 ? 'a prepared transaction' : `pid ${String(pid)}`,
    );
    return by.length === 0
      ? `waits for a lock (${worker.wait.slice(5)})`
      : `blocked by ${by.join(', ')}`;
  }
  if (waitsFor !== undefined) return `pid ${String(waitsFor)} has to end first`;
  const pause = progress === null ? null : (partOf(progress, id)?.paused_for ?? null);
  return pause === null ? '' : `paused: ${pause}`;
}

function timeOf(text: string | null | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}
