import type { PlanV1, Step, Task } from '../generated/plan.v1.js';
import { mergeBudgets, Places } from '../model/places.js';

/** When steps and tasks begin and end, in ms after the start of the run. */
export interface Timeline {
  readonly steps: ReadonlyMap<string, { begins: number; ends: number }>;
  /** The ends of a step's tasks, in their order. */
  readonly taskEnds: ReadonlyMap<string, readonly number[]>;
  readonly ends: number;
}

/** Tasks behind one that cannot begin yet that are looked at: enough for most, and never quadratic. */
const LOOK_AHEAD = 200;

interface Progress {
  readonly step: Step;
  /** What it takes of the budget besides its workers. */
  readonly supervisor: 0 | 1;
  /** The first task that has not begun. */
  head: number;
  readonly begun: boolean[];
  readonly ends: number[];
  running: number;
  left: number;
  begins: number;
  /** When the last of those that have ended did. */
  ended: number;
}

interface Running {
  readonly of: Progress;
  readonly task: Task;
  readonly ends: number;
}

/**
 * Estimates how a run of a plan would go: every task takes as long as it is said to, workers, named budgets, needs, order
 * and conflicts are kept. Retries, pauses and other runs are not foreseen. It decides nothing: what a run launches is
 * decided by the ledger's `runbook.next_launches`, for which there may be no server here. Pure.
 * @param lasts of a task of a step, in ms.
 */
export function simulate(
  { steps, budget }: Pick<PlanV1, 'steps' | 'budget'>,
  lasts: (step: Step, task: Task) => number,
): Timeline {
  const all = steps.map(newProgress);
  const byId = new Map(all.map((progress) => [progress.step.id, progress]));
  const taken: Taken = new Map();
  let running: Running[] = [];
  const places = new Places({ workers: budget.workers, named: mergeBudgets(steps) });
  let now = 0;
  for (;;) {
    // What begins may let others begin: those that need a detached step only to have been started.
    for (let more = true; more;) {
      more = false;
      for (const progress of all.filter((one) => one.left > 0 && mayBegin(one, byId))) {
        const first = progress.begins < 0;
        const supervisor = first ? progress.supervisor : 0;
        places.take(supervisor);
        const tasks = beginTasks(progress, places, taken);
        if (tasks.length === 0) {
          places.giveBack(supervisor);
          continue;
        }
        if (first) progress.begins = now;
        const { step } = progress;
        running.push(
          ...tasks.map((task) => ({ of: progress, task, ends: now + lasts(step, task) })),
        );
        more = true;
      }
    }
    if (running.length === 0) break;
    now = Math.min(...running.map(({ ends }) => ends));
    for (const { of, task } of running.filter(({ ends }) => ends <= now)) {
      release(task, taken);
      of.ends[task.number - 1] = now;
      of.ended = now;
      of.running -= 1;
      of.left -= 1;
      places.giveBack(1, of.step.budgets);
      if (of.left === 0) places.giveBack(of.supervisor);
    }
    running = running.filter(({ ends }) => ends > now);
  }
  return {
    steps: new Map(all.map(({ step, begins, ended }) => [step.id, { begins, ends: ended }])),
    taskEnds: new Map(all.map(({ step, ends }) => [step.id, ends])),
    ends: now,
  };
}

function newProgress(step: Step): Progress {
  return {
    step,
    supervisor: step.policy === 'detach' ? 1 : 0,
    head: 0,
    begun: step.tasks.map(() => false),
    ends: [],
    running: 0,
    left: step.tasks.length,
    begins: -1,
    ended: 0,
  };
}

function mayBegin({ step }: Progress, byId: ReadonlyMap<string, Progress>): boolean {
  return step.needs.every((id) => {
    const need = byId.get(id);
    if (need === undefined || need.left === 0) return true;
    return step.after === 'started' && need.supervisor === 1 && need.begins >= 0;
  });
}

/** Takes the tasks that may begin now. */
function beginTasks(progress: Progress, places: Places, taken: Taken): Task[] {
  const { step, begun, ends } = progress;
  const begins: Task[] = [];
  const last = Math.min(step.tasks.length, progress.head + LOOK_AHEAD);
  for (let at = progress.head; at < last; at += 1) {
    if (!places.has(step.budgets) || progress.running >= step.concurrency) break;
    const task = step.tasks[at];
    if (task === undefined || begun[at] === true) continue;
    const waits = task.after.some((number) => ends[number - 1] === undefined);
    if (waits || !acquire(step, task, taken)) continue;
    begun[at] = true;
    progress.running += 1;
    places.take(1, step.budgets);
    begins.push(task);
  }
  while (begun[progress.head] === true) progress.head += 1;
  return begins;
}

/** Conflict keys in use: by which step, and by how many of its tasks. */
type Taken = Map<string, { readonly step: Step; tasks: number }>;

/** Takes a task's keys, if all of them are free; parts of one walk share theirs. */
function acquire(step: Step, task: Task, taken: Taken): boolean {
  const busy = task.conflicts.some((key) => {
    const by = taken.get(key);
    return by !== undefined && !(task.shares_targets && by.step === step);
  });
  if (busy) return false;
  for (const key of task.conflicts) {
    const by = taken.get(key);
    if (by === undefined) taken.set(key, { step, tasks: 1 });
    else by.tasks += 1;
  }
  return true;
}

function release(task: Task, taken: Taken): void {
  for (const key of task.conflicts) {
    const by = taken.get(key);
    if (by === undefined) continue;
    by.tasks -= 1;
    if (by.tasks === 0) taken.delete(key);
  }
}
