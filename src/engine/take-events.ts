import type { CoreEvent } from '../ledger/core.js';
import { isFinal } from '../model/status.js';
import type { RunContext } from './context.js';
import { readProgress } from './progress.js';

/** Takes over what the core did, tells those who watch, and saves the report when a step has ended. */
export async function takeEvents(context: RunContext, events: readonly CoreEvent[]): Promise<void> {
  const ended = events.flatMap((event) =>
    event.type === 'step' && isFinal(event.status) ? event.step : [],
  );
  await readProgress(context, ended);
  if (context.state.apply(events, context.clock.now())) context.saver.soon();
}
