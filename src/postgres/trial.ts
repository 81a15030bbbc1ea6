import { listSome } from '../model/phrases.js';
import type { Settings } from '../model/runbook.js';
import { withReading } from '../model/settings.js';
import { readForeignCode, SMALLER_ROLE } from './foreign-code.js';
import { describeLockTimeout, isLockTimeout, LOCKED_HINT } from './lock-holders.js';
import { asRefusal, type Untried } from './trial-refusal.js';
import type { Queryable, Row } from './session.js';

/** The session's own timeouts stay: a trial must not wait as long as a worker may. */
const NOT_FOR_TRIALS = ['statement_timeout', 'lock_timeout'];

/** What a trial has shown, or why there was none. */
export type Trial<T> =
  { readonly tried: true; readonly value: T } | ({ readonly tried: false } & Untried);

const MOST_NAMES = 5;

/** Why the server may not be asked to plan statements: it would execute what others have written. */
async function objection(
  db: Queryable,
  statements: readonly string[],
): Promise<string | undefined> {
  const code = await readForeignCode(db, statements, 'planned');
  if (code === undefined) return 'not tried, because it is not known which functions its SQL calls';
  if (code.length === 0) return undefined;
  const owners = [...new Set(code.map(({ owner }) => owner))];
  const names = code.map(({ name }) => name);
  return (
    `not tried, because planning it with the rights of this role could execute code of ` +
    `${listSome(owners, MOST_NAMES)}: ${listSome(names, MOST_NAMES)}`
  );
}

/**
 * Runs `work` as a worker would see the database: with the role's own search_path and the worker's
 * settings, in a read-only transaction that is rolled back. Nobody else may use the session meanwhile.
 * A lock that others hold for too long leaves it untried: they must not hold up what else is planned.
 * @throws TrialRefusal for an error of the server.
 * @param statements what `work` has the server plan, or the like: a planner executes functions. A role
 *   of great rights must not execute those of roles without them, and then nothing is tried.
 */
export async function inTrial<T>(
  db: Queryable,
  settings: Settings,
  statements: readonly string[],
  work: () => Promise<T>,
): Promise<Trial<T>> {
  try {
    return await inReadOnly(db, async () => {
      const why = await objection(db, statements);
      if (why !== undefined) return { tried: false, why, hint: SMALLER_ROLE };
      await setAsWorkers(db, settings);
      return { tried: true, value: await work() };
    });
  } catch (error) {
    if (!isLockTimeout(error)) throw asRefusal(error);
    return {
      tried: false,
      why: `not tried: ${await describeLockTimeout(db)}`,
      hint: LOCKED_HINT,
    };
  }
}

async function inReadOnly<T>(db: Queryable, work: () => Promise<T>): Promise<T> {
  await db.query('BEGIN READ ONLY');
  try {
    return await work();
  } finally {
    await db.query('ROLLBACK');
  }
}

/** A session without a bound of its own would wait for as long as somebody holds a lock. */
const LOCK_BOUND = `SELECT 'lock_timeout', '5s' WHERE pg_catalog.current_setting('lock_timeout') = '0'`;

async function setAsWorkers(db: Queryable, settings: Settings): Promise<void> {
  const tried = Object.entries(settings).filter(([name]) => !NOT_FOR_TRIALS.includes(name));
  await db.query(
    `SELECT pg_catalog.set_config(s.key, s.value, true)
       FROM (SELECT * FROM pg_catalog.jsonb_each_text($1) UNION ALL ${LOCK_BOUND}) s(key, value)`,
    [JSON.stringify(withReading({ search_path: db.rolePath, ...Object.fromEntries(tried) }))],
  );
}

interface PlanNode {
  readonly 'Plan Rows': number;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Plans?: readonly PlanNode[];
}

const EXPLAIN = 'EXPLAIN (FORMAT JSON, VERBOSE) ';

async function explain(db: Queryable, sql: string): Promise<PlanNode | undefined> {
  const [row] = await db
    .query<Row & { 'QUERY PLAN': { Plan: PlanNode }[] }>(EXPLAIN + sql)
    .catch((error: unknown) => {
      throw asRefusal(error, { text: sql, behind: EXPLAIN.length });
    });
  return row?.['QUERY PLAN'][0]?.Plan;
}

/** Has the server read a statement: it knows its syntax, and of queries and calls the names and types. */
export async function analyze(db: Queryable, sql: string): Promise<void> {
  await db.analyze(sql).catch((error: unknown) => {
    throw asRefusal(error, { text: sql, behind: 0 });
  });
}

/** The rows that the planner expects a query to give. It is planned, never executed. */
export async function estimateRows(db: Queryable, sql: string): Promise<number> {
  return (await explain(db, sql))?.['Plan Rows'] ?? 0;
}

/** What the planner expects of a statement that changes rows. */
export interface ExpectedChange {
  readonly table: string | null;
  /**
   * By its pages at the last VACUUM or ANALYZE: asking for more could wait for a lock. Null where neither has counted
   * them, and of a partitioned table.
   */
  readonly tableBytes: number | null;
  readonly rows: number;
}

/** What a statement would touch. It is planned, never executed. */
export async function explainChange(db: Queryable, sql: string): Promise<ExpectedChange> {
  const plan = await explain(db, sql);
  const rows = plan?.Plans?.[0]?.['Plan Rows'] ?? 0;
  const [schema, relation] = [plan?.Schema, plan?.['Relation Name']];
  if (schema === undefined || relation === undefined)
    return { table: null, tableBytes: null, rows };
  const [table] = await db.query<{ name: string; bytes: number | null }>(
    `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
            CASE WHEN c.reltuples >= 0 AND c.relkind <> 'p'
                 THEN c.relpages::float8 * pg_catalog.current_setting('block_size')::float8 END AS bytes
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, relation],
  );
  return { table: table?.name ?? null, tableBytes: table?.bytes ?? null, rows };
}
