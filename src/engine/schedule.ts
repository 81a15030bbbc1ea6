import { Places, type NamedBudgets, type Room } from '../model/places.js';
import { isFailure, type TaskStatus } from '../model/status.js';

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
  const byId = new Map(steps.map((step) => [step.id, step]));
  const stop = stopped ?? failureStop(steps);
  const taken = takenKeys(steps);
  const launch: T[] = [];
  const handOver: string[] = [];
  const places = new Places(free);
  const skip: Skip<T>[] = [];
  for (const step of steps) {
    const waiting = step.tasks.filter((task) => task.phase === 'waiting');
    const why = stop ?? brokenNeed(step, byId);
    if (why !== undefined) {
      for (const task of waiting) skip.push({ task, ...why });
      continue;
    }
    if (!step.needs.every((id) => isPast(byId.get(id), step.after))) continue;
    if (step.policy === 'detach') {
      const clashes = step.tasks.some((task) => isTaken(task, step, taken));
      if (waiting.length === 0 || places.workers < FEWEST_SLOTS || clashes) continue;
      handOver.push(step.id);
      places.take(FEWEST_SLOTS);
      for (const task of step.tasks) take(task, step, taken);
      continue;
    }
    let room = step.concurrency - step.tasks.filter((task) => task.phase === 'running').length;
    for (const task of waiting) {
      if (windowEndsAt !== undefined && isTooLong(task, windowEndsAt, now)) {
        skip.push({ task, reason: NO_TIME_LEFT, deferred: true });
      } else if (
        room > 0 &&
        places.has(step.budgets) &&
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

/** Conflict keys in use, and the steps whose tasks have each. */
type TakenKeys = Map<string, ReadonlySet<string>>;

function takenKeys(steps: readonly SchedulableStep<SchedulableTask>[]): TakenKeys {
  const taken: TakenKeys = new Map();
  for (const step of steps) {
    for (const task of step.tasks) {
      if (task.phase === 'running' || task.phase === 'handed_over') take(task, step, taken);
    }
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

const NO_TIME_LEFT = 'it takes longer than is left until the window closes';

function isTooLong({ expectedMs }: SchedulableTask, windowEndsAt: number, now: number): boolean {
  return expectedMs !== undefined && now + expectedMs > windowEndsAt;
}

function failed(step: SchedulableStep<SchedulableTask>): boolean {
  return step.tasks.some(
    ({ phase, status, deferred }) =>
      phase === 'ended' && ((isFailure(status) && !deferred) || status === 'unknown'),
  );
}

/** Whether what needs the step may begin. */
function isPast(
  step: SchedulableStep<SchedulableTask> | undefined,
  after: SchedulableStep<SchedulableTask>['after'],
): boolean {
  const past = after === 'started' ? ['ended', 'handed_over'] : ['ended'];
  return step?.tasks.every((task) => past.includes(task.phase)) ?? true;
}

function failureStop(steps: readonly SchedulableStep<SchedulableTask>[]): Stop | undefined {
  const culprit = steps.find((step) => step.onFailure === 'stop' && failed(step));
  if (culprit === undefined) return undefined;
  return { reason: `step ${culprit.id} did not succeed (on_failure: stop)`, deferred: false };
}

function brokenNeed<T extends SchedulableTask>(
  step: SchedulableStep<T>,
  byId: ReadonlyMap<string, SchedulableStep<T>>,
): Stop | undefined {
  const needs = step.needs.flatMap((id) => byId.get(id) ?? []);
  const broken = needs.find(failed);
  if (broken !== undefined) {
    return { reason: `it needs step ${broken.id}, which did not succeed`, deferred: false };
  }
  const undone = needs.find(({ blocked, tasks }) => blocked || tasks.some((task) => task.deferred));
  if (undone === undefined) return undefined;
  const deferred = undone.tasks.some((task) => task.deferred);
  const what = deferred ? 'was left to the next run in part' : 'did not succeed';
  return { reason: `it needs step ${undone.id}, which ${what}`, deferred };
}
