import type { Step as PlannedStep } from '../generated/plan.v1.js';
import type { Attempt, ReportV1, Step, Task } from '../generated/report.v1.js';
import { describeDuration, formatDuration } from '../model/duration.js';
import { isFinal } from '../model/status.js';
import { readHoldups, type Blocker, type Holdup } from '../postgres/holdups.js';
import type { Queryable } from '../postgres/session.js';
import { toTimestamp } from './clock.js';

/** A task that has not ended, and its step. */
export interface OpenTask {
  readonly step: Step;
  readonly task: Task;
}

export function openTasks(report: ReportV1): OpenTask[] {
  return report.steps.flatMap((step) =>
    step.tasks.filter((task) => !isFinal(task.status)).map((task) => ({ step, task })),
  );
}

/** The last attempt of a task, if its worker runs. */
export function runningAttempt({ attempts }: Task): Attempt | undefined {
  const last = attempts.at(-1);
  return last?.status === 'running' ? last : undefined;
}

/** What the workers of a run do and wait for, by their PIDs. */
export async function readWaits(db: Queryable, report: ReportV1): Promise<Map<number, Holdup>> {
  const pids = openTasks(report).flatMap(({ task }) => runningAttempt(task)?.pid ?? []);
  return new Map((await readHoldups(db, pids)).map((holdup) => [holdup.pid, holdup]));
}

/** Who blocks the running tasks of a run that wait for a lock, and until when: lines by task. */
export async function readBlocked(
  db: Queryable,
  report: ReportV1,
  planned: readonly PlannedStep[],
  now: number,
): Promise<Map<string, string[]>> {
  const waits = await readWaits(db, report);
  return new Map(
    openTasks(report).flatMap(({ step, task }): [string, string[]][] => {
      const attempt = runningAttempt(task);
      const holdup = waits.get(attempt?.pid ?? 0);
      const plan = planned.find(({ id }) => id === step.id);
      if (attempt === undefined || holdup === undefined || plan === undefined) return [];
      return [[task.id, [...blockedBy(holdup), ...endOfWait(plan, attempt, holdup, now)]]];
    }),
  );
}

/** A line for each that is in the way. */
export function blockedBy({ blockers }: Holdup): string[] {
  return blockers.map((blocker) => `blocked by ${describeBlocker(blocker)}`);
}

/** What ends a wait for a lock, and when; nothing where it waits for none. */
export function endOfWait(
  plan: PlannedStep,
  attempt: Attempt,
  { lock_type: type, lock_wait_ms: waited }: Holdup,
  now: number,
): string[] {
  if (type === null || waited === null) return [];
  const since = now - waited;
  const launched = attempt.launched_at === null ? since : Date.parse(attempt.launched_at);
  const bounds = [
    { name: 'timeout', ms: plan.timeout_ms, at: launched + plan.timeout_ms },
    ...boundsOfWait(plan, type).map(({ name, ms }) => ({ name, ms, at: since + ms })),
  ];
  const { name, ms, at } = bounds.reduce((first, one) => (one.at < first.at ? one : first));
  return [`${name} (${formatDuration(ms)}) ends the wait at ${describeMoment(at, now)}`];
}

/** Builds wait for transactions by a virtual ID, and for prepared ones by their ID. */
const OF_TRANSACTIONS = ['virtualxid', 'transactionid'];

function boundsOfWait(
  { lock_timeout_ms: lockMs, old_transactions_timeout_ms: oldMs }: PlannedStep,
  type: string,
): { name: string; ms: number }[] {
  if (oldMs !== null && OF_TRANSACTIONS.includes(type)) {
    return [{ name: 'old_transactions_timeout', ms: oldMs }];
  }
  return lockMs === null || lockMs === 0 ? [] : [{ name: 'lock_timeout', ms: lockMs }];
}

/** `2026-11-21T02:30:07Z, in 4.0s`. */
export function describeMoment(at: number, now: number): string {
  const left = at > now ? `in ${describeDuration(at - now)}` : 'now';
  return `${toTimestamp(at).slice(0, 19)}Z, ${left}`;
}

function describeBlocker({
  pid,
  user,
  application,
  state,
  open_ms: open,
  query,
  gid,
}: Blocker): string {
  const since = open === null ? '' : ` for ${describeDuration(open)}`;
  if (gid !== undefined) return `prepared transaction ${gid} (${user ?? ''})${since}`;
  const name = application === null || application === '' ? 'no application_name' : application;
  return `pid ${String(pid)} (${user ?? ''}, ${name}), ${state ?? ''}${since}: ${query ?? ''}`;
}
