import { catalogFirst } from '../model/search-path.js';
import type { Settings } from '../model/runbook.js';
import type { Queryable } from './session.js';

/**
 * Sets those of the given settings that the server's version knows. One with a dot is of an extension,
 * which may not be loaded yet.
 */
export async function setForSession(db: Queryable, settings: Settings): Promise<void> {
  await db.query(
    `SELECT pg_catalog.set_config(v.key, v.value, false) FROM pg_catalog.jsonb_each_text($1) v
      WHERE pg_catalog.current_setting(v.key, true) IS NOT NULL
         OR pg_catalog.strpos(v.key, '.') OPERATOR(pg_catalog.>) 0`,
    [JSON.stringify(settings)],
  );
}

/**
 * Makes the session's commits survive a crash of the server where its defaults would not: under
 * `synchronous_commit = off` a worker could live on without the record from before its launch.
 */
export async function commitDurably(db: Queryable): Promise<void> {
  await db.query(
    `SELECT set_config('synchronous_commit', 'local', false)
      WHERE current_setting('synchronous_commit') = 'off'`,
  );
}

/** Those of the settings that the server knows, as a new session of this role would have them in this database. */
export async function readDefaults(db: Queryable, names: readonly string[]): Promise<Settings> {
  const [row] = await db.query<{ defaults: Settings }>(
    `SELECT pg_catalog.jsonb_object_agg(s.name, s.reset_val) AS defaults
       FROM pg_catalog.pg_settings s WHERE s.name = ANY ($1)`,
    [names],
  );
  const defaults = row?.defaults ?? {};
  const path = defaults['search_path'];
  return path === undefined ? defaults : { ...defaults, search_path: catalogFirst(path) };
}
