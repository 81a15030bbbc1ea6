import type { PastRun } from '../model/past-run.js';
import type { RunStatus } from '../model/status.js';
import type { Queryable, Row } from '../postgres/session.js';
import { isTrouble, timestampText } from './report-sql.js';

/** Of a fact that is not there before and after, nothing is said. */
const gain = (fact: string): string =>
  `coalesce(sum((w.before ->> '${fact}')::numeric - (w.after ->> '${fact}')::numeric), 0)::float8`;

/** The first look at a relation, or the last one: several tasks of a step may look at the whole of it. */
const look = (when: 'before' | 'after', order: 'ASC' | 'DESC'): string =>
  `(array_agg(x #> '{evidence,${when}}' ORDER BY o.task_no ${order})
      FILTER (WHERE jsonb_typeof(x #> '{evidence,${when}}') = 'object'))[1]`;

const PAST_RUNS = `
  SELECT r.run_id, r.runbook_name AS runbook, r.runbook_version AS version, r.status, r.exit_code,
         ${timestampText('r.started_at')} AS started_at,
         ${timestampText('r.finished_at')} AS finished_at,
         extract(epoch FROM r.finished_at - r.started_at)::float8 * 1000 AS duration_ms,
         t.tasks, t.troubled, t.deferred, g.bytes_freed, g.dead_rows_removed
    FROM (SELECT * FROM runbook.run u WHERE u.runbook_name = coalesce($1, u.runbook_name)
           ORDER BY u.started_at DESC LIMIT $2) r
   CROSS JOIN LATERAL (
     SELECT count(*)::int AS tasks, (count(*) FILTER (WHERE o.deferred))::int AS deferred,
            (count(*) FILTER (WHERE NOT o.deferred AND ${isTrouble('o.status')}))::int AS troubled
       FROM runbook.task o WHERE o.run_id = r.run_id) t
   CROSS JOIN LATERAL (
     SELECT ${gain('size_bytes')} AS bytes_freed, ${gain('dead_rows')} AS dead_rows_removed
       FROM (SELECT ${look('before', 'ASC')} AS before, ${look('after', 'DESC')} AS after
               FROM runbook.task o, jsonb_array_elements(o.targets) x
              WHERE o.run_id = r.run_id GROUP BY o.step_id, x ->> 'oid') w) g
   ORDER BY r.started_at DESC`;

/**
 * The last runs, newest first, with what they brought.
 * @param runbook of this name; undefined: of all.
 */
export async function readPastRuns(
  db: Queryable,
  runbook: string | undefined,
  limit: number,
): Promise<PastRun[]> {
  return db.query<PastRun & Row>(PAST_RUNS, [runbook ?? null, limit]);
}

/** A runbook whose last version says how often it should succeed. */
export interface Expectation extends Row {
  readonly runbook: string;
  readonly expect_every_ms: number;
  /** Since its last success, or since its first run when it never succeeded. */
  readonly since_ms: number;
  readonly last_success: string | null;
  readonly last_status: RunStatus;
}

/**
 * What is expected of the runbooks that have run in this database, by the newest run of each. Work that a
 * window left over counts as a success: it is for the next run.
 */
export async function readExpectations(db: Queryable): Promise<Expectation[]> {
  return db.query<Expectation>(
    `SELECT l.runbook_name AS runbook, (l.plan -> 'ledger' ->> 'expect_every_ms')::float8 AS expect_every_ms,
            extract(epoch FROM clock_timestamp() - coalesce(s.last, s.first))::float8 * 1000 AS since_ms,
            ${timestampText('s.last')} AS last_success, l.status AS last_status
       FROM (SELECT DISTINCT ON (r.runbook_name) r.* FROM runbook.run r
              ORDER BY r.runbook_name, r.started_at DESC) l
      CROSS JOIN LATERAL (
        SELECT max(r.finished_at) FILTER (WHERE r.status IN ('succeeded', 'deferred')) AS last, min(r.started_at) AS first
          FROM runbook.run r WHERE r.runbook_name = l.runbook_name) s
      WHERE l.plan -> 'ledger' ->> 'expect_every_ms' IS NOT NULL
      ORDER BY l.runbook_name`,
  );
}

/** Those that are overdue. */
export function missed(expectations: readonly Expectation[]): Expectation[] {
  return expectations.filter((one) => one.since_ms > one.expect_every_ms);
}
