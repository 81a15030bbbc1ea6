import {
  countFreeSlots,
  leaveAdmission,
  leaveQueue,
  tryAdmission,
  type Slots,
} from '../ledger/admission.js';
import { SQLSTATE } from '../postgres/errors.js';
import type { RunContext } from './context.js';
import { workingTasks } from './context.js';

/** Pauses between tries for a slot: doubled from the first up to the last, which others may wait behind. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 500;

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

/** How many workers may be launched now, and when to ask again where the server is full. */
export class SlotBudget {
  #pauseMs = FIRST_PAUSE_MS;
  #closedUntil = 0;
  #awaitedSince: number | undefined;
  #lookedAt = 0;
  #ticket: number | null = null;

  /** Workers that the run's budget and the server's free slots seem to allow now. */
  async free(context: RunContext): Promise<number> {
    const room = this.#room(context);
    if (room <= 0 || context.clock.now() < this.#closedUntil) return 0;
    if (await this.#isPaused(context)) return 0;
    const slots = await this.#count(context, room);
    if (slots.free > 0) return slots.free;
    this.close(context, slots.why ?? 'no worker slot is free');
    return 0;
  }

  /**
   * Launches while nobody else on the server does, so that what was counted holds.
   * @param work launches so many workers at most, and comes back when all of them show.
   * @returns undefined when it was not the time for it.
   */
  async admit<T>(context: RunContext, work: (free: number) => Promise<T>): Promise<T | undefined> {
    const { observer } = context;
    if (!(await enterAdmission(context))) return undefined;
    try {
      const { free, why } = await this.#count(context, this.#room(context));
      if (free > 0) return await work(free);
      this.close(context, why ?? 'no worker slot is free');
      return undefined;
    } finally {
      if (!observer.lost) await leaveAdmission(observer);
    }
  }

  /** Whoever wants no slot must not keep others waiting. */
  async leave({ observer, record }: RunContext): Promise<void> {
    if (this.#ticket !== null && !observer.lost) {
      await leaveQueue(observer, record.budget, this.#ticket);
    }
    this.#ticket = null;
  }

  #room(context: RunContext): number {
    const detached = context.steps.reduce((sum, step) => sum + step.slotsHandedOver, 0);
    return context.record.budget.workers - workingTasks(context).length - detached;
  }

  async #count({ observer, record }: RunContext, room: number): Promise<Slots> {
    const slots = await countFreeSlots(observer, record.budget, room, this.#ticket);
    this.#ticket = slots.ticket;
    return slots;
  }

  /** How long a pause lasts is its maker's affair: it does not count as waiting for a slot. */
  async #isPaused(context: RunContext): Promise<boolean> {
    const { record, ledger, clock } = context;
    const by = await ledger.readPausedBy(record.run.id);
    if (by !== null && record.run.paused_by === null) context.emit({ type: 'run_paused', by });
    record.run.paused_by = by;
    if (by === null) return false;
    await this.leave(context);
    this.#awaitedSince = undefined;
    this.#closedUntil = clock.now() + LOOK_WHILE_PAUSED_MS;
    return true;
  }

  /** Stops launching for a while. */
  close(context: RunContext, why: string): void {
    if (this.#awaitedSince === undefined) context.emit({ type: 'slots_awaited', why });
    this.#awaitedSince ??= context.clock.now();
    this.#closedUntil = context.clock.now() + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }

  /** After a launch: the next shortage is waited for from the shortest pause on, and behind others. */
  async reopen(context: RunContext): Promise<void> {
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#closedUntil = 0;
    this.#awaitedSince = undefined;
    await this.leave(context);
  }

  /** True once a second. */
  timeToLook(now: number): boolean {
    if (now < this.#lookedAt + LOOK_WHILE_PAUSED_MS) return false;
    this.#lookedAt = now;
    return true;
  }

  /** For how long no slot could be had, in ms. */
  waitedMs(now: number): number {
    return this.#awaitedSince === undefined ? 0 : now - this.#awaitedSince;
  }
}

async function enterAdmission({ observer, clock }: RunContext): Promise<boolean> {
  for (let tries = 0; tries < ADMISSION_TRIES; tries += 1) {
    if (await tryAdmission(observer)) return true;
    // By chance, or two of different databases would meet again and again.
    await clock.sleep(1 + Math.random() * LONGEST_ADMISSION_PAUSE_MS);
  }
  return false;
}
