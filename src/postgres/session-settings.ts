import { catalogFirst } from '../model/search-path.js';
import type { WorkerIdentity } from '../model/identity.js';
import type { Settings } from '../model/runbook.js';
import type { Queryable } from './session.js';
import { BACKEND_START } from './signal.js';

/**
 * Begins a session, in one statement: sets those of the given settings that the server's version knows (one with a dot is
 * of an extension, which may not be loaded yet), and makes its commits survive a crash of the server where its defaults
 * would not: under `synchronous_commit = off` a worker could live on without the record from before its launch.
 * @returns who the session is on the server, and the search_path that its role has by default in the database.
 */
export async function beginSession(
  db: Queryable,
  settings: Settings,
): Promise<{ readonly identity: WorkerIdentity; readonly rolePath: string }> {
  const [row] = await db.query<{ pid: number; start: string; name: string; path: string }>(
    `SELECT a.pid, ${BACKEND_START} AS start, a.application_name AS name,
            (SELECT g.reset_val FROM pg_catalog.pg_settings g WHERE g.name OPERATOR(pg_catalog.=) 'search_path') AS path,
            CASE WHEN pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off'
                 THEN pg_catalog.set_config('synchronous_commit', 'local', false) END
       FROM (SELECT pg_catalog.count(pg_catalog.set_config(v.key, v.value, false)) AS n
               FROM pg_catalog.jsonb_each_text($1) v
              WHERE pg_catalog.current_setting(v.key, true) IS NOT NULL
                 OR pg_catalog.strpos(v.key, '.') OPERATOR(pg_catalog.>) 0) s,
            pg_catalog.pg_stat_activity a
      WHERE s.n IS NOT NULL AND a.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()`,
    [JSON.stringify(settings)],
  );
  if (row === undefined) throw new Error('the session does not show in pg_stat_activity');
  const identity = { pid: row.pid, backendStart: row.start, applicationName: row.name };
  return { identity, rolePath: catalogFirst(row.path) };
}

/**
 * Those of the settings that the server knows, as a new session of this role would have them in this database.
 * @param workers that this session may have at once, from now on.
 */
export async function readDefaults(
  db: Queryable,
  names: readonly string[],
  workers: number,
): Promise<Settings> {
  const [row] = await db.query<{ defaults: Settings }>(
    `SELECT pg_catalog.jsonb_object_agg(s.name, s.reset_val) AS defaults,
            pg_catalog.set_config('pg_background.max_workers', $2, false)
       FROM pg_catalog.pg_settings s WHERE s.name = ANY ($1)`,
    [names, String(workers)],
  );
  const defaults = row?.defaults ?? {};
  const path = defaults['search_path'];
  return path === undefined ? defaults : { ...defaults, search_path: catalogFirst(path) };
}
