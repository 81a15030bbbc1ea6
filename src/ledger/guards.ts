import type { Queryable, Session } from '../postgres/session.js';
import { quoteLiteral } from '../sql/quote.js';

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

/**
 * Looks at a run's guards, read-only and with the role's own search_path: the first that does not hold.
 * All in one message, which is a transaction of its own: in one of several messages the records of tasks
 * that end meanwhile would get, and be refused.
 */
export async function readBreach(
  session: Session,
  runId: string,
  wal: WalSample | undefined,
): Promise<{ readonly breach: Breach | null; readonly wal: WalSample }> {
  const values = [runId, wal?.from, wal?.at].map((value) =>
    value === undefined ? 'NULL' : quoteLiteral(value),
  );
  const results = await session.script(`SET TRANSACTION READ ONLY;
SELECT pg_catalog.set_config('search_path', s.reset_val, true)
  FROM pg_catalog.pg_settings s WHERE s.name = 'search_path';
SELECT runbook.guard_breach(${values.join(', ')}) AS breach,
       pg_catalog.pg_current_wal_insert_lsn()::text AS from, pg_catalog.clock_timestamp()::text AS at`);
  const [row] = results.at(-1) ?? [];
  const { breach, from, at } = row as { breach: Breach | null; from: string; at: string };
  return { breach, wal: { from, at } };
}

/** Lets nothing more of a run be launched, by whomever: a guard does not hold. */
export async function stopRun(db: Queryable, runId: string, why: string): Promise<void> {
  await db.query('UPDATE runbook.run r SET stopped_for = $2 WHERE r.run_id = $1', [runId, why]);
}
