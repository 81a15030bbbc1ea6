import { describeStop } from '../errors.js';
import type { Answer, Told } from '../ledger/core.js';
import type { RunContext } from './context.js';
import { handOver, refreshStep } from './hand-over.js';
import { hear } from './hear.js';
import { LiveWatch } from './live.js';
import { ProgressWatch } from './progress.js';
import { takeEvents } from './take-events.js';

/** How often a run looks at its detached steps: for somebody who watches, and for the report alone. */
const WATCHED_MS = 1_000;
const UNWATCHED_MS = 10_000;

const NOTHING: Pick<Told, 'heard' | 'overflowed'> = { heard: {}, overflowed: [] };

/** Has the core bring the run on, and does what it leaves to a client, until nothing is left to do. */
export async function runLoop(context: RunContext): Promise<void> {
  const { clock, core, stop } = context;
  const watches = new Watches(context);
  for (let told = NOTHING; ;) {
    const by = stop.aborted ? describeStop(stop.reason) : null;
    const answer = await core.tick({ ...told, stopped_by: by });
    await takeEvents(context, answer.events);
    if (answer.done) return;
    told = await act(context, answer);
    await watches.look(answer);
    const pauseMs = answer.quiet_ms > 0 ? answer.quiet_ms : (core.memory.pause_ms ?? 0);
    if (told === NOTHING && !answer.again)
      await clock.sleep(pauseMs, stop.aborted ? undefined : stop);
  }
}

/** @returns what the core has to be told at once, or {@link NOTHING}. */
async function act(context: RunContext, answer: Answer): Promise<typeof NOTHING> {
  if (answer.hand_over !== undefined) await handOver(context, answer.hand_over);
  return answer.hear.length + answer.drain.length === 0 ? NOTHING : hear(context, answer);
}

/** What is done now and then. */
class Watches {
  readonly #progress = new ProgressWatch();
  readonly #live = new LiveWatch();
  #refreshedAt = 0;

  constructor(private readonly context: RunContext) {}

  async look({ events, quiet_ms: quiet }: Answer): Promise<void> {
    // A snapshot of ours would disturb workers that have just begun: see decision 19.
    if (quiet > 0) return;
    await this.#progress.look(this.context);
    await this.#refresh();
    await this.#live.look(this.context);
    if (events.length > 0) this.context.saver.nowAndThen();
  }

  async #refresh(): Promise<void> {
    const { clock, onLook, state } = this.context;
    const everyMs = onLook === undefined ? UNWATCHED_MS : WATCHED_MS;
    if (clock.now() < this.#refreshedAt + everyMs) return;
    this.#refreshedAt = clock.now();
    const detached = state.record.steps.filter(({ status }) => status === 'detached');
    for (const step of detached) await refreshStep(this.context, step.id);
  }
}
