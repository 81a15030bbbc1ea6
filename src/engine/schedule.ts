import { Places, type NamedBudgets, type Room } from '../model/places.js';
import { isFailure, type TaskStatus } from '../model/status.js';
import { toTimestamp } from './clock.js';

/** A task as the scheduler sees it. */
export interface SchedulableTask {
  /** `handed_over`: a supervisor looks after it. */
  readonly phase: 'waiting' | 'running' | 'handed_over' | 'ended';
  readonly status: TaskStatus;
  /** Not launched before this moment (a retry's delay), in ms. */
  readonly notBefore: number;
  /** Tasks that share a key never run at the same time. */
  readonly conflicts: readonly string[];
  /** Whether tasks of the same step may, all the same. */
  readonly sharesTargets: boolean;
  /** True: it was left to the next run, which is no failure. */
  readonly deferred: boolean;
  /** How long it takes, in ms, where that is known well enough to decide by. */
  readonly expectedMs: number | undefined;
  /** Tasks of the same step, by their place from 1, that must have ended before. */
  readonly after: readonly number[];
}

/** A step as the scheduler sees it. */
export interface SchedulableStep<T extends SchedulableTask> {
  readonly id: string;
  readonly needs: readonly string[];
  /** Whether detached steps that it needs must have ended, or only started. */
  readonly after: 'ended' | 'started';
  readonly policy: 'wait' | 'detach';
  readonly concurrency: number;
  readonly budgets: NamedBudgets;
  readonly onFailure: 'stop' | 'continue';
  /** True when its tasks were skipped because the run could not come to them. */
  readonly blocked: boolean;
  /** Why nothing more of it is launched, where somebody asked for it to be cancelled. */
  readonly stop?: Stop | undefined;
  readonly tasks: readonly T[];
}

export interface Skip<T> {
  readonly task: T;
  readonly reason: string;
  /** True: it is left to the next run. */
  readonly deferred: boolean;
}

/** Why nothing more is launched. */
export interface Stop {
  readonly reason: string;
  readonly deferred: boolean;
}

/** What is said of a task that was never launched. */
export function cancelledBefore(by: string): string {
  return `cancelled before it was launched, by ${by}`;
}

export interface Limits {
  readonly room: Room;
  readonly stop?: Stop | undefined;
  /** When the run's window closes, in ms. */
  readonly windowEndsAt?: number | undefined;
}

export interface Decision<T> {
  readonly launch: readonly T[];
  /** Detached steps that a supervisor should take over, by id. */
  readonly handOver: readonly string[];
  /** Tasks that will never be launched, and why. */
  readonly skip: readonly Skip<T>[];
}

/** A supervisor, and one worker for it to look after. */
const FEWEST_SLOTS = 2;

/** Decides what happens next. Pure: the same state gives the same decision. */
export function schedule<T extends SchedulableTask>(
  steps: readonly SchedulableStep<T>[],
  now: number,
  { room: free, stop: stopped, windowEndsAt }: Limits,
): Decision<T> {
  const surveys = new Map(steps.map((step) => [step.id, survey(step)]));
  const stop = stopped ?? failureStop(surveys.values());
  const taken = takenKeys(surveys.values());
  const launch: T[] = [];
  const handOver: string[] = [];
  const places = new Places(free);
  const skip: Skip<T>[] = [];
  for (const { step, running, waits } of surveys.values()) {
    if (!waits) continue;
    const why = step.stop ?? stop ?? brokenNeed(step, surveys);
    if (why !== undefined) {
      for (const task of waiting(step)) skip.push({ task, ...why });
      continue;
    }
    if (!step.needs.every((id) => isPast(surveys.get(id)?.step, step.after))) continue;
    if (step.policy === 'detach') {
      const clashes = step.tasks.some((task) => isTaken(task, step, taken));
      if (places.workers < FEWEST_SLOTS || clashes) continue;
      handOver.push(step.id);
      places.take(FEWEST_SLOTS);
      for (const task of step.tasks) take(task, step, taken);
      continue;
    }
    let room = step.concurrency - running;
    for (const task of waiting(step)) {
      const full = room <= 0 || !places.has(step.budgets);
      if (full && windowEndsAt === undefined) break;
      if (windowEndsAt !== undefined && isTooLong(task, windowEndsAt, now)) {
        skip.push({ task, reason: noTimeLeft(windowEndsAt), deferred: true });
      } else if (
        !full &&
        task.notBefore <= now &&
        task.after.every((number) => step.tasks[number - 1]?.phase === 'ended') &&
        !isTaken(task, step, taken)
      ) {
        launch.push(task);
        room -= 1;
        places.take(1, step.budgets);
        take(task, step, taken);
      }
    }
  }
  return { launch, handOver, skip };
}

/** What there is to know of a step's tasks. A run may have many thousands: they are gone through once. */
interface Survey<T extends SchedulableTask> {
  readonly step: SchedulableStep<T>;
  /** Its tasks that somebody works on. */
  readonly active: readonly T[];
  readonly running: number;
  readonly waits: boolean;
  readonly failed: boolean;
}

function survey<T extends SchedulableTask>(step: SchedulableStep<T>): Survey<T> {
  const active: T[] = [];
  let [running, waits, failed] = [0, false, false];
  for (const task of step.tasks) {
    const { phase } = task;
    if (phase === 'running' || phase === 'handed_over') active.push(task);
    if (phase === 'running') running += 1;
    waits ||= phase === 'waiting';
    failed ||= phase === 'ended' && hasFailed(task);
  }
  return { step, active, running, waits, failed };
}

function hasFailed({ status, deferred }: SchedulableTask): boolean {
  return (isFailure(status) && !deferred) || status === 'unknown';
}

function* waiting<T extends SchedulableTask>({ tasks }: SchedulableStep<T>): Generator<T> {
  for (const task of tasks) if (task.phase === 'waiting') yield task;
}

/** Conflict keys in use, and the steps whose tasks have each. */
type TakenKeys = Map<string, ReadonlySet<string>>;

function takenKeys(surveys: Iterable<Survey<SchedulableTask>>): TakenKeys {
  const taken: TakenKeys = new Map();
  for (const { step, active } of surveys) {
    for (const task of active) take(task, step, taken);
  }
  return taken;
}

function take(
  task: SchedulableTask,
  step: SchedulableStep<SchedulableTask>,
  taken: TakenKeys,
): void {
  for (const key of task.conflicts) taken.set(key, new Set([...(taken.get(key) ?? []), step.id]));
}

function isTaken(
  task: SchedulableTask,
  step: SchedulableStep<SchedulableTask>,
  taken: TakenKeys,
): boolean {
  return task.conflicts.some((key) => {
    const by = [...(taken.get(key) ?? [])];
    return by.some((id) => id !== step.id || !task.sharesTargets);
  });
}

/** In the words of the ledger's why_deferred. */
function noTimeLeft(windowEndsAt: number): string {
  return `it takes longer than is left until the window closes at ${toTimestamp(windowEndsAt)}`;
}

function isTooLong({ expectedMs }: SchedulableTask, windowEndsAt: number, now: number): boolean {
  return expectedMs !== undefined && now + expectedMs > windowEndsAt;
}

/** Whether what needs the step may begin. */
function isPast(
  step: SchedulableStep<SchedulableTask> | undefined,
  after: SchedulableStep<SchedulableTask>['after'],
): boolean {
  const past = after === 'started' ? ['ended', 'handed_over'] : ['ended'];
  return step?.tasks.every((task) => past.includes(task.phase)) ?? true;
}

function failureStop(surveys: Iterable<Survey<SchedulableTask>>): Stop | undefined {
  for (const { step, failed } of surveys) {
    if (step.onFailure !== 'stop' || !failed) continue;
    return { reason: `step ${step.id} did not succeed (on_failure: stop)`, deferred: false };
  }
  return undefined;
}

function brokenNeed<T extends SchedulableTask>(
  step: SchedulableStep<T>,
  surveys: ReadonlyMap<string, Survey<T>>,
): Stop | undefined {
  const needs = step.needs.flatMap((id) => surveys.get(id) ?? []);
  const broken = needs.find(({ failed }) => failed);
  if (broken !== undefined) {
    return { reason: `it needs step ${broken.step.id}, which did not succeed`, deferred: false };
  }
  const undone = needs
    .map((need) => need.step)
    .find(({ blocked, tasks }) => blocked || tasks.some((task) => task.deferred));
  if (undone === undefined) return undefined;
  const deferred = undone.tasks.some((task) => task.deferred);
  const what = deferred ? 'was left to the next run in part' : 'did not succeed';
  return { reason: `it needs step ${undone.id}, which ${what}`, deferred };
}
