import {
  budgetOrder,
  countFreeSlots,
  leaveAdmission,
  leaveQueues,
  SERVER,
  tryAdmission,
  type Admission,
} from '../ledger/admission.js';
import { Places, type NamedBudgets, type Room } from '../model/places.js';
import { SQLSTATE } from '../postgres/errors.js';
import { BudgetWait } from './budget-wait.js';
import { workingTasks, type RunContext } from './context.js';

const LOOK_WHILE_PAUSED_MS = 1_000;

/** Others are admitted for some milliseconds at a time. */
const ADMISSION_TRIES = 50;
const LONGEST_ADMISSION_PAUSE_MS = 10;

const NO_SLOT: readonly string[] = [
  SQLSTATE.insufficientResources,
  SQLSTATE.configurationLimitExceeded,
];

/** True for the error of a launch that found no free slot: it is waited for, and no failure. */
export function isShortOfSlots(sqlstate: string): boolean {
  return NO_SLOT.includes(sqlstate);
}

/** How many workers may be launched now, and when to ask again where there is no room. */
export class SlotBudget {
  readonly #waits = new Map<string, BudgetWait>();
  #pausedUntil = 0;

  /** Room that the run's own budget leaves; none in budgets that it is too early to ask for again. */
  ownRoom(context: RunContext, budgets: NamedBudgets): Room {
    const now = context.clock.now();
    const isClosed = (name: string): boolean => this.#waits.get(name)?.isClosed(now) === true;
    const closed = Object.keys(budgets).filter(isClosed);
    return {
      workers: isClosed(SERVER) || now < this.#pausedUntil ? 0 : roomOfRun(context),
      named: Object.fromEntries(closed.map((name) => [name, 0])),
    };
  }

  /** Room that the run's budget, the server's free slots and named budgets seem to leave now. */
  async room(context: RunContext, budgets: NamedBudgets): Promise<Room> {
    const own = this.ownRoom(context, budgets);
    if (own.workers <= 0) return own;
    if (await this.#isPaused(context)) return { ...own, workers: 0 };
    const open = Object.entries(budgets).filter(([name]) => !(name in own.named));
    const { workers, named } = await this.#count(context, Object.fromEntries(open));
    return { workers, named: { ...own.named, ...named } };
  }

  /**
   * Launches while nobody else on the server does, so that what was counted holds.
   * @param work launches into these places at most, and comes back when all workers show.
   * @returns undefined when it was not the time for it.
   */
  async admit<T>(
    context: RunContext,
    budgets: NamedBudgets,
    work: (places: Places) => Promise<T>,
  ): Promise<T | undefined> {
    const { observer } = context;
    const admission = await enterAdmission(context);
    if ('holder' in admission) {
      this.close(context, SERVER, `${admission.holder} counts and launches`);
      return undefined;
    }
    try {
      const room = await this.#count(context, budgets);
      return room.workers > 0 ? await work(new Places(room)) : undefined;
    } finally {
      if (!observer.lost) await leaveAdmission(observer, admission.ticket);
    }
  }

  /** Gives up all waiting: whoever wants nothing must not keep others waiting. */
  async leave(context: RunContext): Promise<void> {
    await this.#leave(context, () => true);
  }

  /** Waits no more for what these have got; the next shortage is waited for from the shortest pause on. */
  async leaveServed(context: RunContext, budgets: NamedBudgets): Promise<void> {
    await this.#leave(context, (name) => name === SERVER || name in budgets);
  }

  /**
   * Waits on for what is short and wanted, and stays for what is about to be used: whoever has room in one
   * budget and cannot use it, for want of another one, must not keep others waiting.
   */
  async stayFor(
    context: RunContext,
    wanted: NamedBudgets,
    used: NamedBudgets,
    usesServer: boolean,
  ): Promise<void> {
    await this.#leave(context, (name, { short }) =>
      name === SERVER ? !short && !usesServer : !(name in used) && !(short && name in wanted),
    );
  }

  async #leave(
    { observer }: RunContext,
    leaves: (name: string, wait: BudgetWait) => boolean,
  ): Promise<void> {
    const left = [...this.#waits].filter(([name, wait]) => leaves(name, wait));
    for (const [name] of left) this.#waits.delete(name);
    const places = left.flatMap(([, { place }]) => place ?? []);
    if (places.length > 0 && !observer.lost) await leaveQueues(observer, places);
  }

  async #count(context: RunContext, budgets: NamedBudgets): Promise<Room> {
    const { observer, record } = context;
    const order = budgetOrder(record.budget, budgets);
    const places = Object.fromEntries([...this.#waits].map(([name, { place }]) => [name, place]));
    const { [SERVER]: server, ...named } = await countFreeSlots(
      observer,
      order,
      roomOfRun(context),
      places,
    );
    if (server === undefined) throw new Error('the ledger left out the slots of the server');
    for (const [name, turn] of [[SERVER, server] as const, ...Object.entries(named)]) {
      if (turn.place !== null) this.#waitFor(name).place = turn.place;
      if (turn.free > 0) this.#waits.get(name)?.open();
      else this.close(context, name, turn.why);
    }
    return {
      workers: server.free,
      named: Object.fromEntries(Object.entries(named).map(([name, { free }]) => [name, free])),
    };
  }

  /** How long a pause lasts is its maker's affair: it does not count as waiting for a slot. */
  async #isPaused(context: RunContext): Promise<boolean> {
    const { record, ledger, clock } = context;
    const by = await ledger.readPausedBy(record.run.id);
    if (by !== null && record.run.paused_by === null) context.emit({ type: 'run_paused', by });
    record.run.paused_by = by;
    if (by === null) return false;
    await this.leave(context);
    this.#pausedUntil = clock.now() + LOOK_WHILE_PAUSED_MS;
    return true;
  }

  /** Stops launching what is of this budget for a while. */
  close(context: RunContext, name: string, why: string): void {
    const wait = this.#waitFor(name);
    wait.why = why;
    const begins = wait.close(context.clock.now());
    if (begins) context.emit({ type: 'slots_awaited', why });
  }

  /** Why there is no room, by each budget that is short. */
  get waiting(): string[] {
    return [...this.#waits.values()].filter(({ short }) => short).map(({ why }) => why);
  }

  #waitFor(name: string): BudgetWait {
    const wait = this.#waits.get(name) ?? new BudgetWait();
    this.#waits.set(name, wait);
    return wait;
  }

  /**
   * For how long each budget had no room, in ms, and why. What tasks of this run hold themselves is left out: they
   * have timeouts.
   */
  waitsForOthers(context: RunContext): ReadonlyMap<string, { ms: number; why: string }> {
    const now = context.clock.now();
    const working = workingTasks(context);
    const detached = context.steps.some(({ slotsHandedOver }) => slotsHandedOver > 0);
    const held = (name: string): boolean =>
      name === SERVER
        ? working.length > 0 || detached
        : working.some(({ step }) => name in step.budgets);
    const waits = [...this.#waits].filter(([name]) => !held(name));
    return new Map(waits.map(([name, wait]) => [name, { ms: wait.waitedMs(now), why: wait.why }]));
  }
}

function roomOfRun(context: RunContext): number {
  const detached = context.steps.reduce((sum, step) => sum + step.slotsHandedOver, 0);
  return context.record.budget.workers - workingTasks(context).length - detached;
}

async function enterAdmission({ observer, clock }: RunContext): Promise<Admission> {
  for (let tries = 1; ; tries += 1) {
    const admission = await tryAdmission(observer);
    if ('ticket' in admission || tries === ADMISSION_TRIES) return admission;
    // By chance, or two engines would meet again and again.
    await clock.sleep(1 + Math.random() * LONGEST_ADMISSION_PAUSE_MS);
  }
}
