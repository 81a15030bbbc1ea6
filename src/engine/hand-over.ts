import { isSupervised } from '../ledger/supervisors.js';
import { workerApplicationName, type Handle } from '../model/identity.js';
import { SUPERVISOR_SETTINGS } from '../model/settings.js';
import { asSqlError, SQLSTATE, type SqlError } from '../postgres/errors.js';
import { quoteLiteral } from '../sql/quote.js';
import { sealWith, type RunContext } from './context.js';
import { supervisorOrder } from './driver-order.js';
import { takeEvents } from './take-events.js';

/** A supervisor says nothing; before pg_background 1.9 its children's messages go through its queue. */
const QUEUE_SIZE = 1024 * 1024;

/** A supervisor that has not shown itself after this long is taken for failed. */
const SHOWS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 10;

/** A supervisor that dies again and again will not do better the next time. */
const MOST_HAND_OVERS = 3;

const NO_SLOT: readonly string[] = [
  SQLSTATE.insufficientResources,
  SQLSTATE.configurationLimitExceeded,
];

type Failure = Pick<SqlError, 'sqlstate' | 'message'>;

/**
 * Hands a detached step over to a supervisor: a worker that launches and looks after the step's tasks when this process
 * is gone. Only when it is seen at work, the step is `detached`. Where the server has no slot for it, nothing is done.
 */
export async function handOver(context: RunContext, id: string): Promise<void> {
  const before = context.handOvers.get(id) ?? 0;
  if (before === MOST_HAND_OVERS) {
    const message = `${String(MOST_HAND_OVERS)} supervisors of it have ended before their work`;
    await fail(context, id, { sqlstate: '58000', message });
    return;
  }
  let handle: Handle;
  try {
    handle = await launch(context, id);
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    if (!NO_SLOT.includes(sql.sqlstate)) await fail(context, id, sql);
    return;
  }
  const failure = await confirm(context, id, handle);
  if (failure !== undefined) {
    await fail(context, id, failure);
    return;
  }
  await context.background.detach(handle);
  context.handOvers.set(id, before + 1);
  await refreshStep(context, id);
  context.emit({ type: 'step_detached', step: context.state.step(id) });
  await context.saver.now();
}

/** Takes over what the ledger says of a step that somebody else looks after. */
export async function refreshStep({ ledger, state }: RunContext, id: string): Promise<void> {
  state.applyStep(await ledger.readStep(state.record.run.id, id));
}

async function launch(context: RunContext, id: string): Promise<Handle> {
  const { background, key, ledger, plan, sealedByOthers, state, workerDefaults } = context;
  const step = plan.steps.find((one) => one.id === id);
  if (step === undefined) throw new Error(`the plan has no step ${id}`);
  const runId = state.record.run.id;
  if (sealedByOthers.delete(id)) await ledger.sealTasks(runId, step, sealWith(key, runId));
  const order = JSON.stringify(supervisorOrder(context, step));
  const [run, name, json] = [runId, id, order].map(quoteLiteral);
  return background.launch({
    sql: `CALL runbook.supervise(${String(run)}, ${String(name)}, ${String(json)}::jsonb)`,
    queueSize: QUEUE_SIZE,
    applicationName: workerApplicationName(runId, id, 'supervisor'),
    settings: { ...workerDefaults, ...SUPERVISOR_SETTINGS },
  });
}

/** Undefined once the supervisor is seen at work, or why it is not. */
async function confirm(
  { background, clock, session, state }: RunContext,
  id: string,
  handle: Handle,
): Promise<Failure | undefined> {
  const until = clock.now() + SHOWS_WITHIN_MS;
  for (;;) {
    if (await isSupervised(session, state.record.run.id, id, handle.pid)) return;
    const states = await background.poll();
    const worker = states.find(({ handle: { cookie } }) => cookie === handle.cookie);
    if (worker?.ended === true) {
      const outcome = worker.outcome ?? (await background.readResult(handle));
      // A step of a moment may be over before it was seen.
      if (outcome.type === 'completed') return;
      if (outcome.type === 'error') return outcome;
      return { sqlstate: 'XX000', message: `its supervisor is gone: ${outcome.why}` };
    }
    if (clock.now() >= until) {
      if (background.dialect.cancelsUnseen) await background.cancel(handle);
      return { sqlstate: '57014', message: 'its supervisor did not show itself in time' };
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
}

async function fail(
  context: RunContext,
  id: string,
  { sqlstate, message }: Failure,
): Promise<void> {
  const reason = `the step could not be handed over to a supervisor: ${message}`;
  await takeEvents(context, await context.core.failStep(id, sqlstate, reason));
}
