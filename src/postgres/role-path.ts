import { catalogFirst } from '../model/search-path.js';
import type { Queryable } from './session.js';

/** The search_path that a role has by default in the database: sessions of ours have another one, workers have this. */
export async function readRolePath(db: Queryable): Promise<string> {
  const [row] = await db.query<{ path: string }>(
    "SELECT s.reset_val AS path FROM pg_catalog.pg_settings s WHERE s.name = 'search_path'",
  );
  return catalogFirst(row?.path ?? '');
}
