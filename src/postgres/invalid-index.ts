import { asSqlError } from './errors.js';
import type { Queryable } from './session.js';

/**
 * How PostgreSQL names the index that REINDEX CONCURRENTLY builds, and the one that it replaces, as a
 * regular expression.
 * @see https://www.postgresql.org/docs/current/sql-reindex.html (Rebuilding Indexes Concurrently)
 */
export const REBUILD_SUFFIX = '_cc(new|old)[0-9]*$';

/**
 * Drops an invalid index without keeping others from its table.
 * @param name quoted.
 * @returns why it could not be dropped now, as a lock or its timeout; undefined when it is gone.
 */
export async function dropInvalidIndex(db: Queryable, name: string): Promise<string | undefined> {
  try {
    await db.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
    return undefined;
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    return sql.message;
  }
}
