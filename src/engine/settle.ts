import type { Target } from '../generated/plan.v1.js';
import { isFailure } from '../model/status.js';
import type { Outcome } from '../postgres/background/worker.js';
import type { Captures, Judgement } from '../steps/contract.js';
import { toTimestamp } from './clock.js';
import { taskRow, type RunContext } from './context.js';
import { captureTargets } from './evidence.js';
import { finishTask } from './finish.js';
import { retryDelay } from './retry.js';
import type { LiveAttempt, TaskState } from './state.js';
import { judgeAttempt, type AttemptVerdict } from './verdict.js';

/** Counters may show a little later than the worker's end: before PostgreSQL 15 up to half a second. */
const STATISTICS_DELAY_MS = 700;

/**
 * Settles the attempt of a task whose worker ended: looks at the evidence, judges, cleans up,
 * records, and decides whether the task goes on.
 */
export async function settleTask(context: RunContext, task: TaskState): Promise<void> {
  const { live } = task;
  if (live?.outcome === undefined) return;
  const { verdict, after } = await examine(context, task, live, live.outcome);
  writeAttempt(live, live.outcome, verdict);
  writeTargets(task, live.item.targets, verdict, after);
  await context.ledger.updateAttempts([live.record]);
  // A retry that succeeds still has to clear away what an earlier attempt left.
  const first = task.record.attempts.length === 1;
  if (verdict.attempt.status !== 'succeeded' || !first) await cleanUp(context, task, live);
  await goOn(context, task, live, verdict);
}

interface Examined {
  readonly verdict: AttemptVerdict;
  readonly after: Captures;
}

async function examine(
  context: RunContext,
  task: TaskState,
  live: LiveAttempt,
  outcome: Outcome,
): Promise<Examined> {
  const marker = await findMarker(context, task, live);
  const look = async (): Promise<Examined> => {
    const after = await captureTargets(context, task, live.item.targets);
    const judgements = live.item.targets.map((t) => judge(task, live, t, outcome, after));
    const verdict = judgeAttempt({
      proof: task.plan.proof,
      outcome,
      marker,
      judgements,
      cause: live.cause,
      elapsedMs: live.endedAt - live.launchedAt,
      timeoutMs: task.step.plan.timeout_ms,
    });
    return { verdict, after };
  };
  const first = await look();
  const unproven = task.plan.proof === 'catalog' && first.verdict.attempt.status === 'unknown';
  if (!unproven || outcome.type !== 'completed') return first;
  await context.clock.sleep(STATISTICS_DELAY_MS);
  return look();
}

async function findMarker(
  context: RunContext,
  task: TaskState,
  live: LiveAttempt,
): Promise<boolean> {
  if (task.plan.proof !== 'marker') return false;
  const id = live.record.attemptId;
  return (await context.ledger.findCompletions([id])).has(id);
}

function judge(
  task: TaskState,
  live: LiveAttempt,
  target: Target,
  outcome: Outcome,
  after: Captures,
): Judgement {
  const before = live.before.get(target.oid)?.facts;
  if (before === undefined) return { result: 'unknown', reason: 'nothing is known from before' };
  return task.step.kind.judge(task.step.plan.spec, {
    target,
    before,
    after: after.get(target.oid)?.facts,
    completed: outcome.type === 'completed',
    notices: outcome.type === 'completed' ? outcome.notices : [],
    among: live.item.targets,
  });
}

function writeAttempt(
  live: LiveAttempt,
  outcome: Outcome,
  { attempt: verdict }: AttemptVerdict,
): void {
  const { attempt } = live.record;
  attempt.status = verdict.status;
  attempt.sqlstate = verdict.sqlstate ?? null;
  attempt.message = verdict.reason ?? null;
  attempt.finished_at = toTimestamp(live.endedAt);
  if (outcome.type !== 'completed') return;
  attempt.command_tag = outcome.commandTag;
  attempt.row_count = outcome.rowCount;
  attempt.messages = outcome.notices.map((notice) => `${notice.severity}: ${notice.message}`);
}

function writeTargets(
  task: TaskState,
  targets: readonly Target[],
  verdict: AttemptVerdict,
  after: Captures,
): void {
  for (const [index, target] of targets.entries()) {
    const record = task.targetRecord(target.oid);
    const told = verdict.targets[index];
    record.status = told?.status ?? 'unknown';
    record.reason = told?.reason ?? null;
    record.sqlstate = told?.sqlstate ?? null;
    record.evidence.after = after.get(target.oid)?.facts ?? null;
  }
}

async function cleanUp(context: RunContext, task: TaskState, live: LiveAttempt): Promise<void> {
  const done = await task.step.kind.cleanUp?.(context.observer, live.item.targets, [
    ...task.builtIndexes,
  ]);
  if (done === undefined || done.dropped.length + done.left.length === 0) return;
  context.emit({ type: 'cleaned_up', task: task.record, cleanUp: done });
  live.record.attempt.messages.push(
    ...done.dropped.map((name) => `dropped the invalid index ${name}, left by this task`),
    ...done.left.map((name) => `an invalid index stays: ${name}`),
  );
  await context.ledger.updateAttempts([live.record]);
}

/** Splits a failed pack, tries again, or ends the task. */
async function goOn(
  context: RunContext,
  task: TaskState,
  live: LiveAttempt,
  verdict: AttemptVerdict,
): Promise<void> {
  const { status, sqlstate } = verdict.attempt;
  const stopping = context.stop.aborted;
  const failed = live.item.targets.filter((target) =>
    isFailure(task.targetRecord(target.oid).status),
  );
  if (!stopping && status === 'failed' && live.item.targets.length > 1) {
    // One bad relation must not decide for the others: each that was not done gets its own attempt.
    task.items.push(...failed.map((target) => ({ targets: [target], tries: 0 })));
    context.emit({ type: 'task_split', task: task.record, parts: failed.length });
  } else if (!stopping && isFailure(status) && live.cause === undefined) {
    const { retry } = task.step.plan;
    const random = context.clock.random();
    const delayMs = retryDelay(retry, live.item.tries, sqlstate ?? null, random);
    if (delayMs !== undefined) {
      task.items.push({ targets: failed, tries: live.item.tries });
      task.notBefore = context.clock.now() + delayMs;
      const { attempt } = live.record;
      context.emit({ type: 'task_retried', task: task.record, attempt, delayMs });
    }
  }
  if (task.items.length === 0) {
    await finishTask(context, task, verdict.attempt);
    return;
  }
  task.live = undefined;
  await context.ledger.updateTasks(context.record.run.id, [taskRow(task)]);
}
