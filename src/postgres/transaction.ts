import type { Session } from './session.js';

/** Runs work in one transaction, which is rolled back when it fails. Nobody else may use the session meanwhile. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  try {
    const result = await work();
    await session.query('COMMIT');
    return result;
  } catch (error) {
    if (!session.lost) await session.query('ROLLBACK');
    throw error;
  }
}
