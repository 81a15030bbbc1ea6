import { budgetOrder } from '../ledger/admission.js';
import type { Handle } from '../model/identity.js';
import { workerApplicationName } from '../model/identity.js';
import { SUPERVISOR_SETTINGS, withReading } from '../model/settings.js';
import { readQuery } from '../postgres/background/client.js';
import { pollQuery } from '../postgres/background/poll.js';
import { asSqlError, type SqlError } from '../postgres/errors.js';
import { guardsDigest, taskDigest } from '../plan/task-digest.js';
import { quoteLiteral } from '../sql/quote.js';
import { ATTEMPT_SETTING, GUARDS_SETTING } from '../steps/completion.js';
import type { RunContext } from './context.js';
import { failTasks } from './finish.js';
import { reconcileRun } from './reconcile.js';
import { isShortOfSlots } from './slots.js';
import type { StepState } from './state.js';

/** A supervisor says nothing; before pg_background 1.9 its children's messages go through its queue. */
const QUEUE_SIZE = 1024 * 1024;

/** A supervisor that has not shown itself after this long is taken for failed. */
const SHOWS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 10;

/** A supervisor that dies again and again will not do better the next time. */
const MOST_HAND_OVERS = 3;

/**
 * Hands a detached step over to a supervisor: a worker that launches and looks after the step's
 * tasks when this process is gone. Only when it is seen at work, the step is `detached`.
 * @returns false when the server had no slot for it.
 */
export async function handOver(context: RunContext, step: StepState): Promise<boolean> {
  if (step.handOvers === MOST_HAND_OVERS) {
    const message = `${String(MOST_HAND_OVERS)} supervisors of it have ended before their work`;
    await fail(context, step, { sqlstate: '58000', message });
    return true;
  }
  let handle: Handle;
  try {
    handle = await context.background.launch({
      sql: superviseCall(context, step, await readSettings(context)),
      queueSize: QUEUE_SIZE,
      applicationName: workerApplicationName(context.record.run.id, step.id, 'supervisor'),
      settings: SUPERVISOR_SETTINGS,
    });
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    if (isShortOfSlots(sql.sqlstate)) return false;
    await fail(context, step, sql);
    return true;
  }
  const failure = await confirm(context, step, handle);
  if (failure !== undefined) await fail(context, step, failure);
  else await detach(context, step, handle);
  return true;
}

/** All that a supervisor needs to know and that does not stand in the ledger. */
function superviseCall(
  { record, background, guards }: RunContext,
  step: StepState,
  inherited: Readonly<Record<string, string>>,
): string {
  const { dialect } = background;
  const { settings, timeout_ms, old_transactions_timeout_ms, concurrency } = step.plan;
  const order = {
    settings: { ...inherited, [GUARDS_SETTING]: guardsDigest(guards) },
    attempt_setting: ATTEMPT_SETTING,
    launch: dialect.launch('$1', '$2', '$3'),
    poll: pollQuery(dialect),
    detach: dialect.detach('$1', '$2'),
    cancel: dialect.cancel('$1', '$2'),
    cancels_unseen: dialect.cancelsUnseen,
    read: readQuery(dialect, '$1', '$2'),
    execution: step.execution,
    step: { settings: withReading(settings), timeout_ms, old_transactions_timeout_ms, concurrency },
    // What the ledger has of its tasks is executed only if it is still this.
    digests: Object.fromEntries(step.tasks.map(({ plan }) => [plan.number, taskDigest(plan)])),
    budget: budgetOrder(record.budget, step.budgets),
  };
  const [run, id, json] = [record.run.id, step.id, JSON.stringify(order)].map(quoteLiteral);
  return `CALL runbook.supervise(${String(run)}, ${String(id)}, ${String(json)}::jsonb)`;
}

/** What a supervisor sets for itself must not reach its children: they get what waited tasks get. */
async function readSettings({
  sessions,
  searchPath,
}: RunContext): Promise<Readonly<Record<string, string>>> {
  const [row] = await sessions.control.query<{ settings: Record<string, string> }>(
    `SELECT jsonb_object_agg(n, current_setting(n)) AS settings FROM unnest($1::text[]) n`,
    [Object.keys(SUPERVISOR_SETTINGS)],
  );
  return {
    ...row?.settings,
    search_path: searchPath,
    idle_in_transaction_session_timeout: '0',
  };
}

/** Undefined once the supervisor is seen at work, or why it is not. */
async function confirm(
  context: RunContext,
  step: StepState,
  handle: Handle,
): Promise<Pick<SqlError, 'sqlstate' | 'message'> | undefined> {
  const until = context.clock.now() + SHOWS_WITHIN_MS;
  for (;;) {
    if (await context.attempts.isSupervised(context.record.run.id, step.id, handle.pid)) return;
    const states = await context.background.poll();
    const state = states.find(({ handle: { cookie } }) => cookie === handle.cookie);
    if (state?.ended === true) {
      const outcome = state.outcome ?? (await context.background.readResult(handle));
      // A step of a moment may be over before it was seen.
      if (outcome.type === 'completed') return;
      if (outcome.type === 'error') return outcome;
      return { sqlstate: 'XX000', message: `its supervisor is gone: ${outcome.why}` };
    }
    if (context.clock.now() >= until) {
      if (context.background.dialect.cancelsUnseen) await context.background.cancel(handle);
      return { sqlstate: '57014', message: 'its supervisor did not show itself in time' };
    }
    await context.clock.sleep(LOOK_EVERY_MS);
  }
}

async function fail(
  context: RunContext,
  step: StepState,
  { sqlstate, message }: Pick<SqlError, 'sqlstate' | 'message'>,
): Promise<void> {
  const reason = `the step could not be handed over to a supervisor: ${message}`;
  const open = step.tasks.filter((task) => task.phase !== 'ended');
  await failTasks(context, open, { sqlstate, message: reason });
}

async function detach(context: RunContext, step: StepState, handle: Handle): Promise<void> {
  await context.background.detach(handle);
  step.handedOver = true;
  step.handOvers += 1;
  await refreshStep(context, step);
  context.emit({ type: 'step_detached', step: step.record });
  await context.save();
}

/** Takes over what the ledger says of a step that somebody else looks after. */
export async function refreshStep(context: RunContext, step: StepState): Promise<void> {
  const record = await context.ledger.readStep(context.record.run.id, step.id);
  step.applyRecord(record);
}

/** A step whose supervisor is gone is handed over again: tasks that wait for it must not wait for ever. */
export async function watchSupervisor(context: RunContext, step: StepState): Promise<void> {
  const { attempts, observer, record, clock } = context;
  if (!(await attempts.hasSupervisor(record.run.id, step.id))) {
    await reconcileRun(observer, record.run.id, clock, false);
    // Another supervisor would launch anew what the last one may have launched.
    step.handedOver = await attempts.hasPending(record.run.id, step.id);
  }
  await refreshStep(context, step);
}
