import { inTrial } from '../postgres/trial.js';
import type { Queryable } from '../postgres/session.js';

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

/** Looks at a run's guards, read-only and with the role's own search_path: the first that does not hold. */
export async function readBreach(
  db: Queryable,
  runId: string,
  wal: WalSample | undefined,
): Promise<{ readonly breach: Breach | null; readonly wal: WalSample | undefined }> {
  const [row] = await inTrial(db, {}, () =>
    db.query<{ breach: Breach | null; from: string; at: string }>(
      `SELECT runbook.guard_breach($1, $2, $3) AS breach,
              pg_catalog.pg_current_wal_insert_lsn()::text AS from,
              pg_catalog.clock_timestamp()::text AS at`,
      [runId, wal?.from ?? null, wal?.at ?? null],
    ),
  );
  return {
    breach: row?.breach ?? null,
    wal: row === undefined ? wal : { from: row.from, at: row.at },
  };
}

/** Lets nothing more of a run be launched, by whomever: a guard does not hold. */
export async function stopRun(db: Queryable, runId: string, why: string): Promise<void> {
  await db.query('UPDATE runbook.run r SET stopped_for = $2 WHERE r.run_id = $1', [runId, why]);
}
