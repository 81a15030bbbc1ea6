import type { RunContext } from './context.js';

/** How often the report learns how far walks have come, and how often those who watch are told. */
const READ_EVERY_MS = 1_000;
const TELL_EVERY_MS = 10_000;

/** Notes how far the walks of running steps have come. */
export class ProgressWatch {
  #readAt = 0;
  readonly #toldAt = new Map<string, number>();

  async look(context: RunContext): Promise<void> {
    const { clock, emit, state } = context;
    const now = clock.now();
    if (now < this.#readAt + READ_EVERY_MS) return;
    this.#readAt = now;
    const walking = state.record.steps.filter(({ status }) => status === 'running');
    await readProgress(
      context,
      walking.map(({ id }) => id),
    );
    for (const step of walking) {
      // The first word comes with the first batches, not with the launch.
      const toldAt = this.#toldAt.get(step.id) ?? now - TELL_EVERY_MS + READ_EVERY_MS;
      this.#toldAt.set(step.id, toldAt);
      if (step.progress === null || now < toldAt + TELL_EVERY_MS) continue;
      this.#toldAt.set(step.id, now);
      emit({ type: 'step_progress', step, progress: step.progress });
    }
  }
}

/** Takes over how far the walks of steps have come, of those that walk a table. */
export async function readProgress(
  { ledger, plan, state }: RunContext,
  steps: readonly string[],
): Promise<void> {
  const walks = plan.steps.filter(({ id, batches }) => batches !== null && steps.includes(id));
  if (walks.length === 0) return;
  const ids = walks.map(({ id }) => id);
  const progress = await ledger.readProgress(state.record.run.id, ids);
  for (const id of ids) state.step(id).progress = progress[id] ?? null;
}
