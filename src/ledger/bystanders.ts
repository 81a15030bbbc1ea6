import type { Queryable } from '../postgres/session.js';

/** The attempts of a run behind whose workers too many sessions of others have queued for too long. */
export async function readCrowdedAttempts(db: Queryable, runId: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    'SELECT c AS id FROM runbook.crowded_attempts($1) c',
    [runId],
  );
  return rows.map(({ id }) => id);
}
