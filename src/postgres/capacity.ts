import { isOurWorker } from './our-processes.js';
import type { Queryable, Row } from './session.js';

/** Worker slots of the whole server at one moment. */
export interface Capacity {
  readonly maxWorkerProcesses: number;
  /** Slots in use, whoever uses them: parallel workers, replication, other extensions, ours. */
  readonly used: number;
  /** Those of pg-runbook, of any run. */
  readonly ours: number;
}

/** Processes that are no background workers and so take no slot of max_worker_processes. */
export const NO_SLOT = [
  'client backend',
  'standalone backend',
  'autovacuum launcher',
  'autovacuum worker',
  'archiver',
  'background writer',
  'checkpointer',
  'io worker',
  'logger',
  'slotsync worker',
  'startup',
  'walreceiver',
  'walsender',
  'walsummarizer',
  'walwriter',
];

interface CapacityRow extends Row {
  max_worker_processes: number;
  used: number;
  ours: number;
}

/**
 * Counts the slots in use.
 * @see https://www.postgresql.org/docs/current/monitoring-stats.html (backend_type)
 */
export async function readCapacity(db: Queryable): Promise<Capacity> {
  const [row] = await db.query<CapacityRow>(
    `SELECT current_setting('max_worker_processes')::int AS max_worker_processes,
            count(*)::int AS used,
            (count(*) FILTER (WHERE ${isOurWorker('a')}))::int AS ours
       FROM pg_catalog.pg_stat_activity a
      WHERE a.backend_type <> ALL ($1::text[])`,
    [NO_SLOT],
  );
  if (row === undefined) throw new Error('an aggregate gave no row');
  return { maxWorkerProcesses: row.max_worker_processes, used: row.used, ours: row.ours };
}

/** A worker of pg-runbook, of whatever run and database. */
export interface OurWorker extends Row {
  readonly pid: number;
  readonly application_name: string;
  readonly database: string;
}

/** All workers of pg-runbook on the server, those of other roles too, whose name alone is to be seen. */
export async function readOurWorkers(db: Queryable): Promise<OurWorker[]> {
  return db.query<OurWorker>(
    `SELECT a.pid, a.application_name, coalesce(a.datname, '') AS database
       FROM pg_catalog.pg_stat_activity a
      WHERE ${isOurWorker('a')}
      ORDER BY a.pid`,
  );
}

/** Slots that one kind of process uses. */
export interface SlotUse extends Row {
  readonly by: string;
  readonly slots: number;
}

/** Who uses worker slots, the most of them first. */
export async function readSlotUse(db: Queryable): Promise<SlotUse[]> {
  return db.query<SlotUse>(
    `SELECT a.backend_type AS by, count(*)::int AS slots
       FROM pg_catalog.pg_stat_activity a
      WHERE a.backend_type <> ALL ($1::text[])
      GROUP BY a.backend_type ORDER BY count(*) DESC, a.backend_type`,
    [NO_SLOT],
  );
}
