import type { Answer, Hearing, OutcomeDocument, Told } from '../ledger/core.js';
import type { Outcome } from '../postgres/background/worker.js';
import type { RunContext } from './context.js';

/** Does what the core leaves to a client: reads the results of workers, with their messages, and makes room in full queues. */
export async function hear(
  context: RunContext,
  { hear: endings, drain }: Pick<Answer, 'hear' | 'drain'>,
): Promise<Pick<Told, 'heard' | 'overflowed'>> {
  const heard: Record<string, OutcomeDocument> = {};
  const overflowed: string[] = [];
  for (const ending of endings) heard[ending.attempt] = await hearOut(context, ending);
  for (const full of drain) {
    const outcome = await drainQueue(context, full);
    if (outcome === undefined) overflowed.push(full.attempt);
    else heard[full.attempt] = outcome;
  }
  return { heard, overflowed };
}

/** Before pg_background 1.9 reading is the only way to learn how a worker ended. */
async function hearOut(
  { background }: RunContext,
  { pid, cookie, outcome }: Hearing,
): Promise<OutcomeDocument> {
  const read = await background.readResult({ pid, cookie });
  if (outcome === null) return toDocument(ofEnded(read));
  return read.type === 'completed'
    ? { ...outcome, notices: read.notices, tags: read.tags }
    : outcome;
}

/** Whatever was said of it, its process is gone. */
function ofEnded(outcome: Outcome): Outcome {
  return outcome.type === 'silent' ? { ...outcome, gone: true } : outcome;
}

async function drainQueue(
  { background, emit, state }: RunContext,
  { attempt, pid, cookie }: Hearing,
): Promise<OutcomeDocument | undefined> {
  const [, step, task] = attempt.split('/');
  emit({ type: 'queue_drained', task: state.task(`${step ?? ''}/${task ?? ''}`) });
  const outcome = await background.drain({ pid, cookie });
  return outcome === undefined ? undefined : toDocument(outcome);
}

function toDocument(outcome: Outcome): OutcomeDocument {
  if (outcome.type !== 'completed') return { ...outcome };
  const { type, commandTag, rowCount, tags, notices } = outcome;
  return { type, command_tag: commandTag, row_count: rowCount, tags, notices };
}
