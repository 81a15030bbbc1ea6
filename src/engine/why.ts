import type { Attempt, ReportV1, Step, Task } from '../generated/report.v1.js';
import type { StoredRun } from '../ledger/read.js';
import type { LedgerView } from '../ledger/view.js';
import { describeDuration } from '../model/duration.js';
import type { NamedBudgets } from '../model/places.js';
import { isFinal } from '../model/status.js';
import { budgetTag } from '../model/identity.js';
import { readCapacity, readOurWorkers, type OurWorker } from '../postgres/capacity.js';
import type { Holdup } from '../postgres/holdups.js';
import { readHorizonHolders } from '../postgres/horizon.js';
import type { Queryable } from '../postgres/session.js';
import type { Clock } from './clock.js';
import { relyingOn } from './damage.js';
import { lookAtRun, type Look } from './stored-report.js';
import {
  blockedBy,
  describeMoment,
  endOfWait,
  openTasks,
  readWaits,
  runningAttempt,
} from './waits.js';

const HOLDERS = 3;

/** What an open task waits for, in lines for people. */
export interface Explanation {
  readonly id: string;
  readonly lines: readonly string[];
}

/** Why a run has not ended: of each open task what it does, what it waits for, and until when. */
export interface Why {
  readonly report: ReportV1;
  readonly tasks: readonly Explanation[];
  /** What holds back dead rows and rebuilds in this database. */
  readonly horizon: readonly string[];
}

/** Tasks that wait are told of up to this many: they mostly wait for the same. */
const MOST_WAITING = 5;

/** Looks what the open tasks of a run wait for. It only looks, and signals nobody. */
export async function explainRun(
  db: Queryable,
  runId: string,
  clock: Clock,
  view: LedgerView,
): Promise<Why> {
  const look = await lookAtRun(db, runId, clock, view);
  if (view.onlyLooks?.seesSessions === false) return explainRecord(look);
  return relyingOn(db, runId, () => explain(db, look, clock));
}

/** A process of the number may be anybody's where those of the run do not show. */
function explainRecord({ report }: Look): Why {
  const tasks = openTasks(report).map(({ task }) => {
    const runs = task.status === 'running';
    const pid = runs ? (task.attempts.at(-1)?.pid ?? null) : null;
    const line = `recorded as ${task.status}${pid === null ? '' : `, pid ${String(pid)}`}`;
    return { id: task.id, runs, lines: [line] };
  });
  return { report, tasks: fewWaiting(tasks), horizon: [] };
}

async function explain(db: Queryable, { stored, report, live }: Look, clock: Clock): Promise<Why> {
  const holdups = await readWaits(db, report);
  const slots = await describeSlots(db, stored);
  const workers = await readOurWorkers(db);
  const holders = (await readHorizonHolders(db)).filter(({ ours }) => !ours);
  // What has no session goes on for ever, however young it is.
  const told = holders.filter(({ lasting }, index) => index < HOLDERS || lasting);
  const waiting = (step: Step, task: Task): string[] =>
    live
      ? whatFor(stored, report, step, task, { slots, workers })
      : ['nobody works on the run: resume it'];
  const explained = openTasks(report).map(({ step, task }) => {
    const attempt = runningAttempt(task);
    return {
      id: task.id,
      runs: attempt !== undefined,
      lines:
        attempt !== undefined
          ? runningLines(stored, step, attempt, holdups.get(attempt.pid ?? 0), clock.now())
          : waiting(step, task),
    };
  });
  return {
    report,
    tasks: fewWaiting(explained),
    horizon: told.map(({ what, xmin_age: age }) => `${what}: ${String(age)} transactions old`),
  };
}

function fewWaiting<T extends { readonly runs: boolean }>(tasks: readonly T[]): T[] {
  const waiting = tasks.filter(({ runs }) => !runs);
  return [...tasks.filter(({ runs }) => runs), ...waiting.slice(0, MOST_WAITING)];
}

function runningLines(
  { plan }: StoredRun,
  step: Step,
  attempt: Attempt,
  holdup: Holdup | undefined,
  now: number,
): string[] {
  const launched = attempt.launched_at === null ? now : Date.parse(attempt.launched_at);
  const planned = plan.steps.find(({ id }) => id === step.id);
  const end = launched + (planned?.timeout_ms ?? 0);
  const wait =
    planned === undefined || holdup === undefined ? [] : endOfWait(planned, attempt, holdup, now);
  return [
    `running as pid ${String(attempt.pid)} for ${describeDuration(now - launched)}; ` +
      `gives up at ${describeMoment(end, now)}`,
    ...describeHoldup(holdup),
    ...wait,
  ];
}

function describeHoldup(holdup: Holdup | undefined): string[] {
  if (holdup === undefined) return ['its process is not to be seen: look again'];
  const { phase, done, total, wait, blockers } = holdup;
  const share =
    total === null || done === null ? '' : `, ${String(Math.floor((100 * done) / total))} %`;
  return [
    ...(phase === null ? [] : [`phase: ${phase}${share}`]),
    ...(blockers.length > 0
      ? blockedBy(holdup)
      : [wait === null ? 'it works, and waits for nothing' : `waits for ${wait}`]),
  ];
}

async function describeSlots(db: Queryable, { plan }: StoredRun): Promise<string> {
  const { used, maxWorkerProcesses, ours } = await readCapacity(db);
  const { workers, keep_free: keepFree } = plan.budget;
  return (
    `${String(used)} of ${String(maxWorkerProcesses)} worker slots are in use, ${String(ours)} by ` +
    `pg-runbook; budget: ${String(workers)} workers, ${String(keepFree)} kept free`
  );
}

function whatFor(
  { plan, tasks }: StoredRun,
  report: ReportV1,
  step: Step,
  task: Task,
  { slots, workers }: { slots: string; workers: readonly OurWorker[] },
): string[] {
  const planned = plan.steps.find(({ id }) => id === step.id);
  const needs = (planned?.needs ?? []).filter((id) => {
    const need = report.steps.find((other) => other.id === id);
    return need !== undefined && !isFinal(need.status);
  });
  if (needs.length > 0) return [`waits for step ${needs.join(', ')}`];
  const delay = tasks.find((t) => `${t.step}/${String(t.number)}` === task.id)?.delay_ms ?? 0;
  if (delay > 0) return [`waits for its next try, in ${describeDuration(delay)}`];
  const busy = step.tasks.filter(({ status }) => status === 'running').length;
  if (planned !== undefined && busy >= planned.concurrency) {
    return [`waits for its turn: concurrency ${String(planned.concurrency)} of step ${step.id}`];
  }
  const short = budgetsInUse(planned?.budgets ?? {}, workers);
  if (short.length > 0) return short;
  return [`waits for a worker slot, or for a task on the same relation: ${slots}`];
}

/** Named budgets that have no room, and who uses them. */
function budgetsInUse(budgets: NamedBudgets, workers: readonly OurWorker[]): string[] {
  return Object.entries(budgets).flatMap(([name, limit]) => {
    const users = workers.filter((worker) => worker.application_name.includes(budgetTag(name)));
    if (users.length < limit) return [];
    const shown = users.map(
      ({ pid, application_name: worker, database }) =>
        `pid ${String(pid)} (${worker}, database ${database})`,
    );
    return [`waits for budget ${name}, ${String(limit)} at most: used by ${shown.join(', ')}`];
  });
}
