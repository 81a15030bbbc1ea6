import pLimit from 'p-limit';
import type { RunContext } from './context.js';
import { settleTask } from './settle.js';
import type { TaskState } from './state.js';

/**
 * Settles ended attempts beside the loop, one after another, so that a slow look at the evidence
 * never delays the polls by which other workers are timed and cancelled.
 */
export class Settler {
  readonly #one = pLimit(1);
  readonly #pending = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;

  constructor(private readonly context: RunContext) {}

  add(task: TaskState): void {
    const work = this.#one(() => settleTask(this.context, task))
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#pending.delete(work));
    this.#pending.add(work);
  }

  /** Waits until one of the attempts is settled; for ever when there is none. */
  async next(): Promise<void> {
    await (this.#pending.size === 0 ? new Promise(() => undefined) : Promise.race(this.#pending));
  }

  /** Waits until all are settled; what one of them threw, `check` throws. */
  async idle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** @throws what a settlement threw. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
