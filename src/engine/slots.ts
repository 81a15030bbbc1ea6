import { SQLSTATE } from '../postgres/errors.js';
import { readCapacity } from '../postgres/capacity.js';
import type { RunContext } from './context.js';
import { workingTasks } from './context.js';

/** Pauses between tries for a slot: doubled from the first up to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

const LOOK_WHILE_PAUSED_MS = 1_000;

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

  /** Workers that the run's budget and the server's free slots allow now. */
  async free(context: RunContext): Promise<number> {
    const detached = context.steps.reduce((sum, step) => sum + step.slotsHandedOver, 0);
    const running = workingTasks(context).length + detached;
    const { workers, server_workers: serverWorkers, keep_free: keepFree } = context.record.budget;
    const byRun = workers - running;
    if (byRun <= 0 || context.clock.now() < this.#closedUntil) return 0;
    if (await this.#isPaused(context)) return 0;
    const capacity = await readCapacity(context.observer);
    const byServer = capacity.maxWorkerProcesses - capacity.used - keepFree;
    const byOurs = serverWorkers === null ? byRun : serverWorkers - capacity.ours;
    const free = Math.min(byRun, byServer, byOurs);
    if (free > 0) return free;
    this.close(
      context,
      byOurs <= 0
        ? `${String(capacity.ours)} pg-runbook workers live on the server (budget.server_workers)`
        : `${String(capacity.used)} of ${String(capacity.maxWorkerProcesses)} worker slots are in use`,
    );
    return 0;
  }

  /** How long a pause lasts is its maker's affair: it does not count as waiting for a slot. */
  async #isPaused(context: RunContext): Promise<boolean> {
    const { record, ledger, clock } = context;
    const by = await ledger.readPausedBy(record.run.id);
    if (by !== null && record.run.paused_by === null) context.emit({ type: 'run_paused', by });
    record.run.paused_by = by;
    if (by === null) return false;
    this.reopen();
    this.#closedUntil = clock.now() + LOOK_WHILE_PAUSED_MS;
    return true;
  }

  /** Stops launching for a while. */
  close(context: RunContext, why: string): void {
    if (this.#pauseMs === FIRST_PAUSE_MS) context.emit({ type: 'slots_awaited', why });
    this.#awaitedSince ??= context.clock.now();
    this.#closedUntil = context.clock.now() + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }

  /** After a launch: the next shortage is waited for from the shortest pause on. */
  reopen(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#closedUntil = 0;
    this.#awaitedSince = undefined;
  }

  /** For how long no slot could be had, in ms. */
  waitedMs(now: number): number {
    return this.#awaitedSince === undefined ? 0 : now - this.#awaitedSince;
  }
}
