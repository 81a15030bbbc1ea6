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
            (SELECT string_agg(format('pid %s (%s, %s, %s since %s)', b.pid, b.usename,
                      coalesce(nullif(b.application_name, ''), 'no application_name'),
                      b.state, to_char(b.state_change, 'HH24:MI:SS')), '; ' ORDER BY b.pid)
               FROM pg_catalog.pg_stat_activity b
              WHERE b.pid = ANY (pg_catalog.pg_blocking_pids(a.pid))) AS blockers
       FROM pg_catalog.pg_stat_activity a
      WHERE a.pid = $1 AND ($2::timestamptz IS NULL OR a.backend_start = $2::timestamptz)`,
    [pid, backendStart ?? null],
  );
  if (row === undefined) return 'its process is gone';
  if (row.blockers !== null) return `blocked by ${row.blockers}`;
  return row.wait === null ? 'running' : `waiting for ${row.wait}`;
}
