import { describeStop } from '../errors.js';
import { SERVER } from '../ledger/admission.js';
import { mergeBudgets, type NamedBudgets, type Room } from '../model/places.js';
import type { WorkerState } from '../postgres/background/worker.js';
import { countAtOnce } from './at-once.js';
import { CancelWatch } from './cancel-watch.js';
import { toTimestamp } from './clock.js';
import { workingTasks, type RunContext } from './context.js';
import { failTasks, skipTasks } from './finish.js';
import { handOver, watchSupervisor } from './hand-over.js';
import { GuardWatch, type GuardVerdict } from './guards.js';
import { launchTasks } from './launch.js';
import { LiveWatch } from './live.js';
import { OthersWatch } from './others.js';
import { ProgressWatch } from './progress.js';
import { cancelledBefore, schedule, type Decision, type Stop } from './schedule.js';
import { Settler } from './settler.js';
import { SlotBudget } from './slots.js';
import type { TaskState } from './state.js';
import { requestStop, watchWorkers } from './watch.js';

/** Polls come quickly after a launch, for short tasks, and then ever more slowly. */
const FIRST_POLL_MS = 5;
const LAST_POLL_MS = 250;
const POLL_GROWTH = 1.5;

/** How often a run that waits for a detached step of its own looks at it. */
const REFRESH_MS = 1_000;

/** A killed engine's report tells of every worker that was launched longer ago than this. */
const SAVE_EVERY_MS = 1_000;
/** Of ten thousand tasks it takes a tenth of a second to write: most of the time is for the work. */
const SAVE_AT_MOST = 0.05;

const ANY_NUMBER: Room = { workers: Number.MAX_SAFE_INTEGER, named: {} };

const NO_SLOT_LEFT = 'the server has no worker slot left';

/** Decide, act, record, until nothing runs and nothing waits. */
export async function runLoop(context: RunContext): Promise<void> {
  const { clock, stop } = context;
  const slots = new SlotBudget();
  const guards = new GuardWatch();
  const settler = new Settler(context);
  const progress = new ProgressWatch();
  const live = new LiveWatch();
  const others = new OthersWatch();
  const cancels = new CancelWatch();
  try {
    let pollMs = FIRST_POLL_MS;
    let saveAfter = 0;
    let seen: Round['seen'];
    while (!isFinished(context)) {
      const round = await tick(context, { slots, guards, settler, others, cancels }, seen);
      const { busy } = round;
      seen = round.seen;
      await progress.look(context);
      await live.look(context, guards, slots);
      pollMs = busy ? firstPollMs(context) : Math.min(pollMs * POLL_GROWTH, LAST_POLL_MS);
      if (busy && clock.now() >= saveAfter) {
        const from = clock.now();
        await context.save();
        const took = clock.now() - from;
        saveAfter = clock.now() + Math.max(SAVE_EVERY_MS, took / SAVE_AT_MOST);
      }
      if (seen === undefined) {
        const pause = clock.sleep(pollMs, stop.aborted ? undefined : stop);
        await Promise.race([pause, settler.next()]);
      }
      settler.check();
    }
  } finally {
    await settler.idle();
    await slots.leave(context);
  }
  settler.check();
}

/** Polls are snapshots too: kinds that they would disturb are polled less eagerly. */
function firstPollMs(context: RunContext): number {
  const quiet = workingTasks(context).map((task) => task.step.kind.quietStartMs ?? 0);
  return Math.max(FIRST_POLL_MS, ...quiet);
}

/** What outlives a round. */
interface Keepers {
  readonly slots: SlotBudget;
  readonly guards: GuardWatch;
  readonly settler: Settler;
  readonly others: OthersWatch;
  readonly cancels: CancelWatch;
}

interface Round {
  /** Something was launched or has ended. */
  readonly busy: boolean;
  /** The workers at the launch, if one had ended already: it can be heard at once. */
  readonly seen: readonly WorkerState[] | undefined;
}

async function tick(
  context: RunContext,
  { slots, guards, settler, others, cancels }: Keepers,
  before: Round['seen'],
): Promise<Round> {
  if (context.stop.aborted) {
    requestStop(workingTasks(context), 'interrupt', context.clock.now());
  }
  if (context.window?.atEnd === 'cancel' && hasClosed(context)) {
    requestStop(workingTasks(context), 'window', context.clock.now());
  }
  await others.look(context);
  // What runs comes first: a stop must reach the workers before the records of those never launched.
  const ended = workingTasks(context).length === 0 ? [] : await watchWorkers(context, before);
  // Who stopped them is noted before they are judged.
  await cancels.look(context, ended);
  settler.add(ended);
  await watchDetached(context);
  const decision = await decide(context, slots, guards);
  if (decision.skip.length > 0) await skipTasks(context, decision.skip);
  for (const id of decision.handOver) await detachStep(context, slots, id);
  const seen = await launch(context, slots, decision.launch);
  const busy = decision.launch.length + decision.handOver.length + ended.length > 0;
  return { busy, seen };
}

function hasClosed({ window, clock }: RunContext): boolean {
  return window !== undefined && clock.now() >= window.endsAt;
}

function stopOf(context: RunContext, guards: GuardWatch): Stop | undefined {
  if (context.stop.aborted) {
    return { reason: cancelledBefore(describeStop(context.stop.reason)), deferred: false };
  }
  if (!hasClosed(context)) return guards.stop;
  const at = toTimestamp(context.window?.endsAt ?? 0);
  return { reason: `the window closed at ${at}`, deferred: true };
}

async function decide(
  context: RunContext,
  slots: SlotBudget,
  guards: GuardWatch,
): Promise<Decision<TaskState>> {
  const now = context.clock.now();
  const limits = { stop: stopOf(context, guards), windowEndsAt: context.window?.endsAt };
  const wanted = schedule(context.steps, now, { ...limits, room: ANY_NUMBER });
  if (wanted.launch.length + wanted.handOver.length === 0) {
    await slots.leave(context);
    return wanted;
  }
  const budgets = budgetsOf(wanted.launch);
  if (context.guards.length > 0) {
    // What could not be launched now, no guard has anything to say to.
    const own = slots.ownRoom(context, budgets);
    const atHand = schedule(context.steps, now, { ...limits, room: own });
    const launchable = atHand.launch.length + atHand.handOver.length > 0;
    const verdict = launchable ? await guards.judge(context) : undefined;
    if (verdict !== undefined) {
      await slots.leave(context);
      return heldBack(context, atHand, verdict);
    }
  }
  const room = await slots.room(context, budgets);
  const decision = schedule(context.steps, now, { ...limits, room });
  const launches = decision.launch.length + decision.handOver.length > 0;
  await slots.stayFor(context, budgets, budgetsOf(decision.launch), launches);
  const gaveUp = await giveUpOnSlots(context, slots, wanted);
  // Those that were failed must not be launched by a decision from before.
  return gaveUp ? schedule(context.steps, now, { ...limits, room }) : decision;
}

function budgetsOf(tasks: readonly TaskState[]): NamedBudgets {
  return mergeBudgets(tasks.map(({ step }) => step));
}

/** What would be launched waits, or is left to the next run. */
function heldBack(
  { steps }: RunContext,
  wanted: Decision<TaskState>,
  verdict: Exclude<GuardVerdict, undefined>,
): Decision<TaskState> {
  const none = { ...wanted, launch: [], handOver: [] };
  if (verdict.action === 'wait') return none;
  const detached = steps.filter(({ id }) => wanted.handOver.includes(id));
  const tasks = [...wanted.launch, ...detached.flatMap((step) => step.tasks)];
  const { reason } = verdict;
  return {
    ...none,
    skip: [...wanted.skip, ...tasks.map((task) => ({ task, reason, deferred: true }))],
  };
}

/**
 * Everything has a timeout, waiting for a slot too.
 * @returns true if tasks were failed.
 */
async function giveUpOnSlots(
  context: RunContext,
  slots: SlotBudget,
  wanted: Decision<TaskState>,
): Promise<boolean> {
  const tasks = [
    ...wanted.launch,
    ...context.steps.filter(({ id }) => wanted.handOver.includes(id)).flatMap((step) => step.tasks),
  ];
  const { max_wait_ms: longest } = context.record.budget;
  let gaveUp = false;
  for (const [name, { ms, why }] of slots.waitsForOthers(context)) {
    const late = tasks.filter(
      ({ step, phase }) =>
        phase !== 'ended' &&
        (name === SERVER || name in step.budgets) &&
        ms >= (longest ?? step.plan.timeout_ms),
    );
    const what = name === SERVER ? 'no worker slot was free' : `budget ${name} had no room`;
    const message = `${what} (53000) for as long as it may wait: ${why}`;
    await failTasks(context, late, { sqlstate: '53000', message });
    gaveUp ||= late.length > 0;
  }
  return gaveUp;
}

async function launch(
  context: RunContext,
  slots: SlotBudget,
  tasks: readonly TaskState[],
): Promise<Round['seen']> {
  let seen: Round['seen'];
  for (let rest = tasks; rest.length > 0 && !context.stop.aborted;) {
    const now = rest.slice(0, countAtOnce(rest));
    rest = rest.slice(now.length);
    const result = await launchTasks(context, now, slots);
    seen = result.seen;
    if (result.launched.length > 0) await slots.leaveServed(context, budgetsOf(result.launched));
    if (result.noSlot) slots.close(context, SERVER, NO_SLOT_LEFT);
    // Who is not let in now need not prepare the others.
    if (result.launched.length < now.length) break;
  }
  return seen;
}

async function detachStep(context: RunContext, slots: SlotBudget, id: string): Promise<void> {
  const step = context.steps.find((candidate) => candidate.id === id);
  if (step === undefined) return;
  const begun = await slots.admit(context, {}, () => handOver(context, step));
  if (begun === true) await slots.leaveServed(context, {});
  else if (begun === false) slots.close(context, SERVER, NO_SLOT_LEFT);
}

/** Tasks that wait for a detached step see how far it is, now and then. */
async function watchDetached(context: RunContext): Promise<void> {
  const { clock, steps } = context;
  const detached = steps.filter((step) => step.slotsHandedOver > 0);
  if (detached.length === 0) return;
  if (!steps.some((step) => step.tasks.some((task) => task.phase === 'waiting'))) return;
  for (const step of detached) {
    if (clock.now() < step.refreshedAt + REFRESH_MS) continue;
    step.refreshedAt = clock.now();
    await watchSupervisor(context, step);
  }
}

function isFinished({ steps }: RunContext): boolean {
  return steps.every((step) =>
    step.tasks.every((task) => task.phase === 'handed_over' || task.phase === 'ended'),
  );
}
