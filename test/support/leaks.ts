import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

interface Session {
  readonly pid: number;
  readonly backend_type: string;
  readonly application_name: string;
  readonly state: string | null;
  readonly query: string;
}

/** Long enough for a backend whose client has just gone to notice it on a busy machine. */
const GRACE_MS = 3000;

/** The server's own helpers (autovacuum, parallel workers) come and go by themselves. */
const SESSIONS = `
  select pid, backend_type, application_name, state, left(query, 120) as query
    from pg_stat_activity
   where datname = $1
     and pid <> pg_backend_pid()
     and backend_type in ('client backend', 'pg_background')
   order by pid`;

/** Fails when sessions or pg_background workers are left in the database. */
export async function assertNothingLeaked(
  client: pg.Client,
  database: string,
  graceMs = GRACE_MS,
): Promise<void> {
  const look = async () => (await client.query<Session>(SESSIONS, [database])).rows;
  const end = Date.now() + graceMs;
  let left = await look();
  while (left.length > 0 && Date.now() < end) {
    await sleep(50);
    left = await look();
  }
  if (left.length === 0) return;
  throw new Error(`left behind in ${database}:\n${left.map(describe).join('\n')}`);
}

function describe(session: Session): string {
  const { pid, backend_type, application_name, state, query } = session;
  return `  ${backend_type} ${pid} "${application_name}" ${state ?? ''}: ${query}`;
}
