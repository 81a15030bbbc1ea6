import type { RunContext } from './context.js';
import type { StepState } from './state.js';

/** How often the report learns how far walks have come, and how often those who watch are told. */
const READ_EVERY_MS = 1_000;
const TELL_EVERY_MS = 10_000;

/** Notes how far the walks of running steps have come. */
export class ProgressWatch {
  #readAt = 0;
  readonly #toldAt = new Map<string, number>();

  async look(context: RunContext): Promise<void> {
    const now = context.clock.now();
    if (now < this.#readAt + READ_EVERY_MS) return;
    this.#readAt = now;
    const walking = context.steps.filter((step) => [...step.inHand].some((task) => task.working));
    await readProgress(context, walking);
    for (const { id, record } of walking) {
      // The first word comes with the first batches, not with the launch.
      const toldAt = this.#toldAt.get(id) ?? now - TELL_EVERY_MS + READ_EVERY_MS;
      this.#toldAt.set(id, toldAt);
      if (record.progress === null || now < toldAt + TELL_EVERY_MS) continue;
      this.#toldAt.set(id, now);
      context.emit({ type: 'step_progress', step: record, progress: record.progress });
    }
  }
}

/** Takes over how far the walks of steps have come, of those that walk a table. */
export async function readProgress(
  { ledger, record }: RunContext,
  steps: readonly StepState[],
): Promise<void> {
  const walks = steps.filter((step) => step.plan.batches !== null);
  if (walks.length === 0) return;
  const progress = await ledger.readProgress(
    record.run.id,
    walks.map(({ id }) => id),
  );
  for (const step of walks) step.record.progress = progress[step.id] ?? null;
}
