/** Pauses between looks for a slot: doubled from the first up to the last, which others may wait behind. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 500;

/** The wait of a run for room in one budget. */
export class BudgetWait {
  /** A place in the server's queue, which others wait behind. */
  place: string | null = null;
  /** What stood in the way at the last look. */
  why = '';
  #since: number | undefined;
  #closedUntil = 0;
  #pauseMs = FIRST_PAUSE_MS;

  /** @returns true when it begins. */
  close(now: number): boolean {
    const begins = this.#since === undefined;
    this.#since ??= now;
    this.#closedUntil = now + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
    return begins;
  }

  /** There is room, and it may be used. */
  open(): void {
    this.#closedUntil = 0;
  }

  /** Whether there was no room at the last look. */
  get short(): boolean {
    return this.#closedUntil > 0;
  }

  /** Whether it is too early to look again. */
  isClosed(now: number): boolean {
    return now < this.#closedUntil;
  }

  /** For how long no room could be had, in ms. */
  waitedMs(now: number): number {
    return this.#since === undefined ? 0 : now - this.#since;
  }
}
