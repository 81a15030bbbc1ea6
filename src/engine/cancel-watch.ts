import { describeStop } from '../errors.js';
import { workingTasks, type RunContext } from './context.js';
import type { TaskState } from './state.js';
import { requestStop } from './watch.js';

const LOOK_EVERY_MS = 1_000;

/** Learns who wants the run or steps of it to stop, and tells the ledger when this engine was told to. */
export class CancelWatch {
  #noted = false;
  #lookedAt: number | undefined;

  /** @param ended whose workers have just ended: one that was cancelled tells that its step is. */
  async look(context: RunContext, ended: readonly TaskState[]): Promise<void> {
    const { clock, ledger, record, steps, stop } = context;
    const now = clock.now();
    this.#lookedAt ??= now;
    if (stop.aborted && !this.#noted) {
      const own = steps.filter((step) => !step.ended && !step.handedOver);
      const ids = own.map(({ id }) => id);
      await ledger.noteStop(record.run.id, ids, describeStop(stop.reason));
      this.#noted = true;
    }
    const stopped = ended.some(({ live }) => live?.outcome?.type !== 'completed');
    if (!stopped && now < this.#lookedAt + LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    const requests = new Map(
      (await ledger.readCancelled(record.run.id)).map(({ id, by }) => [id, by]),
    );
    for (const step of steps) step.cancelledBy ??= requests.get(step.id);
    // The command has asked the workers to cancel; one that goes on meets the next rungs here, where its handle is.
    const cancelled = workingTasks(context).filter(({ step }) => step.cancelledBy !== undefined);
    requestStop(cancelled, 'interrupt', now);
  }
}
