import { describeDuration } from '../model/duration.js';
import type { Case, CaseResult } from './contract.js';
import { Scratch, type Surroundings } from './scratch.js';

/** All cases together; each has its own, shorter timeout. */
const ALL_WITHIN_MS = 60_000;

/**
 * Runs cases one after another.
 * @param stop aborted when no more is to be run; the case at hand gives up.
 */
export async function runCases(
  cases: readonly Case[],
  surroundings: Surroundings,
  stop: AbortSignal,
  onResult: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const deadline = AbortSignal.timeout(ALL_WITHIN_MS);
  const results: CaseResult[] = [];
  for (const one of cases) {
    const result = await runCase(one, surroundings, stop, deadline);
    onResult(result);
    results.push(result);
  }
  return results;
}

async function runCase(
  { name, title, setUp, timeoutMs, run }: Case,
  surroundings: Surroundings,
  stop: AbortSignal,
  deadline: AbortSignal,
): Promise<CaseResult> {
  const started = Date.now();
  const result = (status: CaseResult['status'], seen: string): CaseResult => ({
    name,
    title,
    status,
    duration_ms: Date.now() - started,
    seen,
  });
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([stop, deadline, limit]);
  const scratch = new Scratch(name, surroundings, signal);
  try {
    signal.throwIfAborted();
    if (setUp !== undefined) await surroundings.db.script(setUp);
    return result('ok', await orAborted(run(scratch), signal));
  } catch (error) {
    if (stop.aborted) return result('not_run', 'interrupted');
    if (limit.aborted) {
      return result('failed', `not within ${describeDuration(timeoutMs)}: ${scratch.awaited}`);
    }
    if (deadline.aborted) {
      return result('not_run', `all cases together may take ${describeDuration(ALL_WITHIN_MS)}`);
    }
    return result('failed', error instanceof Error ? error.message : String(error));
  } finally {
    await scratch.close();
  }
}

/** A case that hangs in something that cannot be interrupted must not hang the selftest. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => {
      reject(new Error('aborted'));
    };
    signal.addEventListener('abort', giveUp);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
