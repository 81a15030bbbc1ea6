import { readOthersWish } from '../ledger/bystanders.js';
import { workingTasks, type RunContext } from './context.js';
import { requestStop } from './watch.js';

const LOOK_EVERY_MS = 1_000;

/**
 * Stops what runs when the emergency brake was pulled so, and what too many others queue behind; both go
 * on later.
 */
export class OthersWatch {
  #lookedAt: number | undefined;

  async look({ observer, clock, record, steps }: RunContext): Promise<void> {
    const working = workingTasks({ steps });
    if (working.length === 0) return;
    const now = clock.now();
    // Nobody queues behind what was launched a moment ago, and a run of short tasks is not held up.
    this.#lookedAt ??= now;
    if (now < this.#lookedAt + LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    const { stopping, crowded } = await readOthersWish(observer, record.run.id);
    if (stopping) requestStop(working, 'brake', clock.now());
    const inTheWay = working.filter(({ live }) => live !== undefined && crowded.includes(live.id));
    requestStop(inTheWay, 'bystanders', clock.now());
  }
}
