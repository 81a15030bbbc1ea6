import { countAtOnce } from './at-once.js';
import type { RunContext } from './context.js';
import { settleTasks } from './settle.js';
import type { TaskState } from './state.js';

/**
 * Settles ended attempts beside the loop, a few together, so that a slow look at the evidence never
 * delays the polls by which other workers are timed and cancelled.
 */
export class Settler {
  #waiting: TaskState[] = [];
  #work: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;

  constructor(private readonly context: RunContext) {}

  add(tasks: readonly TaskState[]): void {
    this.#waiting.push(...tasks);
    if (this.#waiting.length > 0) this.#work ??= this.#settle();
  }

  async #settle(): Promise<void> {
    try {
      const tasks = this.#waiting.splice(0, countAtOnce(this.#waiting));
      await settleTasks(this.context, tasks);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#work = undefined;
    this.add([]);
  }

  /** Waits until attempts are settled; for ever when there are none. */
  async next(): Promise<void> {
    await (this.#work ?? new Promise(() => undefined));
  }

  /** Waits until all are settled; what one of them threw, `check` throws. */
  async idle(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  /** @throws what a settlement threw. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
