import type { Handle } from '../model/identity.js';
import type { BackgroundClient } from '../postgres/background/client.js';
import type { Outcome } from '../postgres/background/worker.js';
import type { TaskState } from './state.js';

/**
 * Reads the messages of an ended worker where they can be read, and ends its tracking.
 * @param outcome how it ended, where the extension's version tells without reading.
 */
export async function hearOut(
  background: BackgroundClient,
  task: TaskState,
  handle: Handle | undefined,
  outcome: Outcome | undefined,
): Promise<Outcome> {
  if (handle === undefined) {
    return outcome ?? { type: 'silent', why: 'its end was not heard', gone: false };
  }
  // Before pg_background 1.9 reading is the only way to learn how the worker ended.
  if (outcome === undefined) return ofEnded(await background.readResult(handle));
  if (outcome.type === 'completed' && task.plan.reads_output) {
    const read = await background.readResult(handle);
    return read.type === 'completed'
      ? { ...outcome, notices: read.notices, tags: read.tags }
      : outcome;
  }
  await background.detach(handle);
  return outcome;
}

/** Whatever was said of it, its process is gone. */
function ofEnded(outcome: Outcome): Outcome {
  return outcome.type === 'silent' ? { ...outcome, gone: true } : outcome;
}
