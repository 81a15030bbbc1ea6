import type { Queryable, Session } from '../postgres/session.js';
import { COMMIT_LATER } from './commit-later.js';
import { requireCurrent } from './migrate.js';

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

/**
 * Takes a run. From then on nobody replaces the ledger's functions; another session may have done so just before.
 * @returns false when another live session has it.
 * @throws RunbookError `ledger_newer` or `ledger_older` for functions that this program cannot call.
 */
export async function tryClaimRun(session: Session, runId: string): Promise<boolean> {
  const claimed = await tryClaim(session, claimOn.run(runId));
  if (claimed) await requireCurrent(session);
  return claimed;
}

/** Gives a claim back. */
export async function releaseClaim(db: Queryable, name: string): Promise<void> {
  await db.query(`SELECT runbook.release_claim($1) FROM ${COMMIT_LATER}`, [name]);
}
