import type { Queryable, Row } from './session.js';

interface BlockerRow extends Row {
  wait: string | null;
  blockers: string | null;
}

/**
 * What a process waits for, in words: the wait event, and the sessions in its way with their user,
 * application and state. Query texts are left out: they may hold personal data.
 * @param backendStart tells the process from a later one with the same PID, where it is known.
 */
export async function describeWait(
  db: Queryable,
  pid: number,
  backendStart: string | undefined,
): Promise<string> {
  const [row] = await db.query<BlockerRow>(
    `SELECT a.wait_event_type || '/' || a.wait_event AS wait,
            (SELECT string_agg(w.who, '; ' ORDER BY w.who)
               FROM (SELECT format('pid %s (%s, %s, %s since %s)', b.pid, b.usename,
                                   coalesce(nullif(b.application_name, ''), 'no application_name'),
                                   b.state, to_char(b.state_change, 'HH24:MI:SS'))
                       FROM pg_catalog.pg_stat_activity b WHERE b.pid = ANY (l.ahead)
                     UNION ALL
                     SELECT format('prepared transaction %s (%s, since %s)', p.gid, p.owner, to_char(p.prepared, 'HH24:MI:SS'))
                       FROM pg_catalog.pg_prepared_xacts p
                      WHERE p.database = current_database() AND 0 = ANY (l.ahead)) w(who)) AS blockers
       FROM pg_catalog.pg_stat_activity a, pg_catalog.pg_blocking_pids(a.pid) l(ahead)
      WHERE a.pid = $1 AND ($2::timestamptz IS NULL OR a.backend_start = $2::timestamptz)`,
    [pid, backendStart ?? null],
  );
  if (row === undefined) return 'its process is gone';
  if (row.blockers !== null) return `blocked by ${row.blockers}`;
  return row.wait === null ? 'running' : `waiting for ${row.wait}`;
}
