import { NO_SLOT } from './capacity.js';
import { isOurWorker } from './our-processes.js';
import type { Queryable, Row } from './session.js';

/** A command of which PostgreSQL tells how far it has come. */
export type ProgressCommand = 'vacuum' | 'analyze' | 'create_index' | 'cluster' | 'copy';

/** A worker of a run at one moment. */
export interface WorkerLook {
  readonly pid: number;
  readonly backend_start: string | null;
  readonly application_name: string;
  /** `Lock/relation`; null: it works. */
  readonly wait: string | null;
  /** The processes that hold the lock it waits for; 0 stands for a prepared transaction. */
  readonly blocked_by: readonly number[];
  /** Null where PostgreSQL tells nothing. */
  readonly command: ProgressCommand | null;
  /** The relation at hand, which may be one of several of its command. */
  readonly relation: string | null;
  /** Its row of the command's progress view, by column: versions have different ones. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What those who watch a run see of the server at one moment. */
export interface ServerLook {
  readonly workers: readonly WorkerLook[];
  readonly max_worker_processes: number;
  /** Slots in use, whoever uses them. */
  readonly used: number;
  /** Names of all workers of pg-runbook on the server, whose tags say which budgets they count for. */
  readonly our_names: readonly string[];
  /** Bytes. */
  readonly block_size: number;
}

const VIEWS: readonly ProgressCommand[] = ['vacuum', 'analyze', 'create_index', 'cluster', 'copy'];

const PROGRESS = VIEWS.map(
  (name) =>
    `SELECT v.pid, '${name}' AS command, pg_catalog.to_jsonb(v) AS facts
            FROM pg_catalog.pg_stat_progress_${name} v`,
).join(' UNION ALL ');

/**
 * Reads all that a view of a run shows of its server, in one statement: it is asked once a second, beside
 * the work. Who blocks whom is asked only of workers that wait for a lock, since PostgreSQL stops its lock
 * manager for the answer.
 * @param prefix what the names of the run's workers begin with.
 * @param pids of workers that may have changed their names.
 * @see https://www.postgresql.org/docs/current/progress-reporting.html
 */
export async function readServerLook(
  db: Queryable,
  prefix: string,
  pids: readonly number[],
): Promise<ServerLook> {
  const [row] = await db.query<ServerLook & Row>(
    `WITH activity AS MATERIALIZED (
       SELECT a.pid, a.backend_start, a.application_name, a.backend_type, a.wait_event_type, a.wait_event,
              ${isOurWorker('a')} AS is_ours
         FROM pg_catalog.pg_stat_activity a),
     progress AS MATERIALIZED (${PROGRESS})
     SELECT pg_catalog.current_setting('max_worker_processes')::int AS max_worker_processes,
            pg_catalog.current_setting('block_size')::int AS block_size,
            (SELECT count(*) FROM activity a WHERE a.backend_type <> ALL ($3::text[]))::int AS used,
            ARRAY(SELECT a.application_name FROM activity a
                   WHERE a.is_ours) AS our_names,
            coalesce((SELECT jsonb_agg(jsonb_build_object(
                'pid', a.pid, 'backend_start', a.backend_start::text, 'application_name', a.application_name,
                'wait', a.wait_event_type || '/' || a.wait_event,
                'blocked_by', CASE WHEN a.wait_event_type = 'Lock'
                                   THEN to_jsonb(pg_catalog.pg_blocking_pids(a.pid)) ELSE '[]' END,
                'command', p.command, 'facts', coalesce(p.facts, '{}'),
                'relation', (p.facts ->> 'relid')::oid::regclass::text) ORDER BY a.pid)
              FROM activity a LEFT JOIN progress p ON p.pid = a.pid
             WHERE (a.is_ours AND starts_with(a.application_name, $1))
                OR (a.backend_type = 'pg_background' AND a.pid = ANY ($2::int[]))), '[]')
              AS workers`,
    [prefix, pids, NO_SLOT],
  );
  if (row === undefined) throw new Error('a statement without FROM gave no row');
  return row;
}
