import type { Queryable, Row } from './session.js';

/** The session's own timeouts stay: a trial must not wait as long as a worker may. */
const NOT_FOR_TRIALS = ['statement_timeout', 'lock_timeout'];

/**
 * Runs `work` as a worker would see the database: with the role's own search_path and the worker's
 * settings, in a read-only transaction that is rolled back.
 */
export async function inTrial<T>(
  db: Queryable,
  settings: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const tried = Object.entries(settings).filter(([name]) => !NOT_FOR_TRIALS.includes(name));
  await db.query('BEGIN READ ONLY');
  try {
    await db.query(
      `SELECT pg_catalog.set_config('search_path', s.reset_val, true)
         FROM pg_catalog.pg_settings s WHERE s.name = 'search_path'`,
    );
    await db.query(
      `SELECT pg_catalog.set_config(key, value, true) FROM pg_catalog.jsonb_each_text($1)`,
      [JSON.stringify(Object.fromEntries(tried))],
    );
    return await work();
  } finally {
    await db.query('ROLLBACK');
  }
}

/** The rows that the planner expects a query to give. It is planned, never executed. */
export async function estimateRows(db: Queryable, sql: string): Promise<number> {
  const [row] = await db.query<Row & { 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
  );
  return row?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
}
