import type { Queryable } from '../postgres/session.js';
import { COMMIT_LATER } from './commit-later.js';

/** Names of what one session at a time works on. */
export const claimOn = {
  run: (runId: string) => `run/${runId}`,
  runbook: (name: string) => `runbook/${name}`,
} as const;

/**
 * Takes a claim for as long as the session lives. It is a row of the ledger, since any role could hold an
 * advisory lock. A crash of the server ends all sessions, and needs no record of who had what.
 * @returns false when another live session has it.
 */
export async function tryClaim(db: Queryable, name: string): Promise<boolean> {
  const [row] = await db.query<{ claimed: boolean }>(
    `SELECT runbook.try_claim($1) AS claimed FROM ${COMMIT_LATER}`,
    [name],
  );
  return row?.claimed === true;
}

/** Gives a claim back. */
export async function releaseClaim(db: Queryable, name: string): Promise<void> {
  await db.query(`SELECT runbook.release_claim($1) FROM ${COMMIT_LATER}`, [name]);
}
