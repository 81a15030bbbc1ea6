import { WRITING } from '../model/settings.js';
import type { Queryable, Row } from '../postgres/session.js';

/** A guard that does not hold. */
export interface Breach {
  readonly name: string;
  readonly reason: string;
  readonly on_breach: 'pause' | 'skip' | 'stop';
  readonly max_pause_ms: number;
}

/** Where the WAL was, and when: the rate since then is what a guard judges. */
export interface WalSample {
  readonly from: string;
  readonly at: string;
}

interface Answer extends Row, WalSample {
  readonly breach: Breach | null;
}

const OF_THE_ROLE = Object.keys(WRITING);

/** The guards must find and read what the role does, and change nothing: this is set before they are asked. */
const READ_BREACH = `
WITH role AS MATERIALIZED (
  SELECT pg_catalog.set_config('transaction_read_only', 'on', true),
         pg_catalog.set_config('search_path', $6, true),
         pg_catalog.count(pg_catalog.set_config(s.name, s.reset_val, true))
    FROM pg_catalog.pg_settings s WHERE s.name = ANY ($4))
SELECT runbook.guard_breach($1, $5, $2::pg_catalog.pg_lsn, $3::pg_catalog.timestamptz) AS breach,
       pg_catalog.pg_current_wal_insert_lsn()::text AS from, 
       runbook.to_timestamp_text(pg_catalog.clock_timestamp()) AS at
  FROM role`;

/**
 * Looks at a run's guards, read-only and with the role's own search_path: the first that does not hold.
 * In one statement, which is a transaction of its own: into one of several the records of tasks that
 * end meanwhile would get, and be refused.
 * @param searchPath the role's own.
 * @param digest of the guards that the run was given: the ledger's must be the same.
 */
export async function readBreach(
  db: Queryable,
  runId: string,
  digest: string,
  searchPath: string,
  wal: WalSample | undefined,
): Promise<{ readonly breach: Breach | null; readonly wal: WalSample }> {
  const values = [runId, wal?.from, wal?.at, OF_THE_ROLE, digest, searchPath];
  const [row] = await db.query<Answer>(READ_BREACH, values, 'often');
  if (row === undefined) throw new Error('the guards gave no answer');
  const { breach, from, at } = row;
  return { breach, wal: { from, at } };
}

/** Lets nothing more of a run be launched, by whomever: a guard does not hold. */
export async function stopRun(db: Queryable, runId: string, why: string): Promise<void> {
  await db.query('UPDATE runbook.run r SET stopped_for = $2 WHERE r.run_id = $1', [runId, why]);
}
