import { readBreach, stopRun, type Breach } from '../ledger/guards.js';
import { guardsDigest } from '../plan/task-digest.js';
import type { RunContext } from './context.js';
import type { Stop } from './schedule.js';

/** While a guard does not hold, it is looked at so often. */
const LOOK_EVERY_MS = 1_000;

/** What the guards say to a launch: wait, skip what would be launched, or nothing. */
export type GuardVerdict =
  { readonly action: 'wait' } | { readonly action: 'skip'; readonly reason: string } | undefined;

/** Looks at the guards before each launch, and remembers for how long one has not held. */
export class GuardWatch {
  #breachedSince: number | undefined;
  #lookedAt = 0;
  #looks = 0;
  #wal: { readonly from: string; readonly at: string } | undefined;
  #stop: Stop | undefined;
  #why: string | undefined;

  /** Set once a guard has stopped the run. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** What does not hold, as long as launches wait for it: guards are not looked at when none is at hand. */
  waiting(now: number): string | undefined {
    return now < this.#lookedAt + 3 * LOOK_EVERY_MS ? this.#why : undefined;
  }

  async judge(context: RunContext): Promise<GuardVerdict> {
    if (context.guards.length === 0) return undefined;
    const now = context.clock.now();
    const waiting = this.#breachedSince !== undefined;
    if (waiting && now < this.#lookedAt + LOOK_EVERY_MS) return { action: 'wait' };
    this.#lookedAt = now;
    const { observer, record, guards, searchPath } = context;
    const digest = guardsDigest(guards);
    const { breach, wal } = await readBreach(
      observer,
      record.run.id,
      digest,
      searchPath,
      this.#wal,
    );
    this.#wal = wal;
    if (breach === null) {
      this.#breachedSince = undefined;
      this.#why = undefined;
      this.#looks = 0;
      return undefined;
    }
    return this.#act(context, breach, now);
  }

  async #act(context: RunContext, breach: Breach, now: number): Promise<GuardVerdict> {
    const { name, reason, on_breach: onBreach, max_pause_ms: longest } = breach;
    const why = `guard ${name}: ${reason}`;
    if (onBreach === 'skip') return { action: 'skip', reason: why };
    if (this.#breachedSince === undefined) context.emit({ type: 'guard_breached', why });
    this.#breachedSince ??= now;
    this.#why = why;
    this.#looks += 1;
    // One look may have met a moment: the run is stopped for what lasts.
    const lasts = onBreach === 'stop' ? this.#looks > 1 : now - this.#breachedSince >= longest;
    if (lasts) {
      this.#stop = { reason: why, deferred: true };
      await stopRun(context.observer, context.record.run.id, why);
    }
    return { action: 'wait' };
  }
}
