import { hasSqlState, SQLSTATE } from '../postgres/errors.js';
import type { Clock } from './clock.js';

/** A look that met somebody's lock is taken again; DDL seldom holds one for longer. */
const LOOKS = 3;
const PAUSE_MS = 500;

/**
 * Does work of the ledger that looks at relations.
 * @throws the server's error when a lock was in the way each time.
 */
export async function looking<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  for (let look = 1; ; look += 1) {
    try {
      return await work();
    } catch (error) {
      const locked = hasSqlState(error, SQLSTATE.lockNotAvailable, SQLSTATE.queryCanceled);
      if (!locked || look === LOOKS) throw error;
    }
    await clock.sleep(PAUSE_MS);
  }
}
