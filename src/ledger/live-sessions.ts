import { RunbookError } from '../errors.js';
import { listSome } from '../model/phrases.js';
import type { Row, Session } from '../postgres/session.js';

/** More names tell a reader nothing new. */
const MOST_NAMES = 5;

interface LiveRow extends Row {
  readonly name: string;
}

/** Engines, supervisors and workers of the ledger's own role, or of superusers where it is one's. */
const LIVE = `
SELECT DISTINCT s.application_name AS name
  FROM pg_catalog.pg_stat_activity s
  JOIN pg_catalog.pg_roles r ON r.oid = s.usesysid
 WHERE s.datname = current_database() AND s.pid <> pg_backend_pid()
   AND (r.rolname = current_user OR r.rolsuper)
   AND (EXISTS (SELECT FROM runbook.claim c WHERE (c.pid, c.backend_start) = (s.pid, s.backend_start))
        OR EXISTS (SELECT FROM runbook.supervisor v WHERE (v.pid, v.backend_start) = (s.pid, s.backend_start))
        OR EXISTS (SELECT FROM runbook.attempt a
                    WHERE a.status IN ('pending', 'running') AND a.application_name = s.application_name))
 ORDER BY 1`;

/**
 * Makes sure that no engine, supervisor or worker is at work while the ledger's functions are replaced. None takes a run
 * before the end of the transaction, since that makes a claim; a command that looks at this moment may fail.
 * @throws RunbookError `ledger_busy` with who is at work.
 */
export async function requireNothingLive(session: Session): Promise<void> {
  await session.query('LOCK TABLE runbook.claim IN SHARE ROW EXCLUSIVE MODE');
  const live = await session.query<LiveRow>(LIVE);
  if (live.length === 0) return;
  const names = live.map(({ name }) => name);
  throw new RunbookError(
    'ledger_busy',
    `the ledger has to be brought up to date, and is in use: ${listSome(names, MOST_NAMES)}`,
    { hint: 'Wait until these have ended, or let init do so: pg-runbook init --wait 2h' },
  );
}
