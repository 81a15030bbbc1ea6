import type { Queryable } from '../postgres/session.js';

/** Why others want workers of a run to stop. */
export interface OthersWish {
  /** The emergency brake was pulled for what runs, too. */
  readonly stopping: boolean;
  /** Attempts behind whose workers too many sessions of others have queued for too long. */
  readonly crowded: readonly string[];
}

/** Asks in one query, since it is asked once a second for as long as a run lasts. */
export async function readOthersWish(db: Queryable, runId: string): Promise<OthersWish> {
  const [row] = await db.query<{ stopping: boolean; crowded: string[] }>(
    `SELECT runbook.is_stopping() AS stopping,
            ARRAY(SELECT runbook.crowded_attempts($1)) AS crowded`,
    [runId],
    'often',
  );
  return row ?? { stopping: false, crowded: [] };
}
