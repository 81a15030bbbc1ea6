import { RunbookError } from '../errors.js';
import { SQLSTATE } from '../postgres/errors.js';
import { describeLockTimeout, isLockTimeout, LOCKED_HINT } from '../postgres/lock-holders.js';
import type { Session } from '../postgres/session.js';

/**
 * Looks at what a step needs to know.
 * @throws RunbookError `relation_locked` where that meets a lock that others hold for too long.
 */
export async function lookAtStep<T>(
  session: Session,
  step: string,
  look: () => Promise<T>,
): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    const message = `step ${step}: ${await describeLockTimeout(session)}`;
    throw new RunbookError('relation_locked', message, {
      sqlstate: SQLSTATE.lockNotAvailable,
      hint: LOCKED_HINT,
      cause: error,
    });
  }
}
