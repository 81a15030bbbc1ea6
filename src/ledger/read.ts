import { RunbookError } from '../errors.js';
import type { Step as PlannedStep } from '../generated/plan.v1.js';
import type { ReportV1, Step } from '../generated/report.v1.js';
import type { RunnablePlan } from '../model/live-plan.js';
import type { RunStatus } from '../model/status.js';
import type { StopCause } from '../model/stop-cause.js';
import type { Queryable } from '../postgres/session.js';
import type { TaskChange } from './core.js';
import {
  BRAKED_BY,
  CLAIMED,
  IS_ELSEWHERE,
  STEP_STATE,
  TASK_STATE,
  timestampText,
} from './report-sql.js';

/** A run in a list. */
export interface RunLine {
  readonly run_id: string;
  readonly runbook_name: string;
  readonly runbook_version: number;
  readonly status: RunStatus;
  readonly exit_code: number | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** What the ledger has of a task besides its part of the report. */
export interface TaskProgress extends TaskChange {
  readonly last: {
    readonly attempt_id: string;
    readonly sql: string;
    /** What the worker's end was heard to be; null when it was not heard, or goes on. */
    readonly outcome: { readonly type: string } | null;
    readonly cause: StopCause | null;
    /** Of all attempts. */
    readonly built_indexes: readonly number[];
  } | null;
}

/** A run as the ledger has it. */
export interface StoredRun {
  readonly plan: RunnablePlan;
  readonly report: {
    readonly run: Omit<ReportV1['run'], 'next_commands'>;
    readonly residue: ReportV1['residue'];
    readonly steps: Step[];
  };
  readonly tasks: readonly TaskProgress[];
  /** Steps that a supervisor looks after right now. */
  readonly supervised: readonly string[];
}

/** The ids that begin with the text, newest first; `latest` is the newest run of all. */
export async function findRunId(db: Queryable, reference: string): Promise<string> {
  const latest = reference === 'latest';
  const rows = await db.query<{ run_id: string }>(
    `SELECT r.run_id FROM runbook.run r WHERE $2 OR starts_with(r.run_id, $1)
      ORDER BY r.run_id = $1 DESC, r.started_at DESC LIMIT 2`,
    [reference, latest],
  );
  const [first, second] = rows.map((row) => row.run_id);
  if (first === undefined) {
    const message = latest ? 'the ledger has no run' : `the ledger has no run ${reference}`;
    throw new RunbookError('run_not_found', message, { hint: 'List them: pg-runbook status' });
  }
  if (second === undefined || latest || first === reference) return first;
  throw new RunbookError('run_not_found', `${reference} begins the ids of several runs`, {
    hint: `Give more of the id: ${first}, ${second} …`,
  });
}

/** The newest runs. */
export async function listRuns(db: Queryable, limit: number): Promise<RunLine[]> {
  return db.query<RunLine & Record<string, unknown>>(
    `SELECT r.run_id, r.runbook_name, r.runbook_version, r.exit_code,
            CASE WHEN ${IS_ELSEWHERE} THEN 'unknown' ELSE r.status END AS status,
            -- A moment that is none has no timestamp.
            coalesce(${timestampText('r.started_at')}, r.started_at::text) AS started_at,
            ${timestampText('r.finished_at')} AS finished_at
       FROM runbook.run r ORDER BY r.started_at DESC LIMIT $1`,
    [limit],
  );
}

interface RunRow extends Record<string, unknown> {
  run: StoredRun['report']['run'];
  plan: RunnablePlan;
  residue: ReportV1['residue'];
  steps: Step[];
  planned: PlannedStep[];
  tasks: TaskProgress[];
  supervised: string[];
}

/** Of a run whose records were copied here while it went on. */
const ELSEWHERE =
  'it was begun on another server or in another database: what became of it is not known here';

/**
 * Refuses a run that was begun elsewhere: its plan is for the tables of another database.
 * @throws RunbookError `run_elsewhere`.
 */
export async function refuseElsewhere(db: Queryable, runId: string): Promise<void> {
  const [row] = await db.query<{ elsewhere: boolean }>(
    `SELECT r.database_id <> runbook.this_database() AS elsewhere FROM runbook.run r WHERE r.run_id = $1`,
    [runId],
  );
  if (row?.elsewhere !== true) return;
  throw new RunbookError(
    'run_elsewhere',
    `run ${runId} was begun on another server or in another database`,
    { hint: 'Run the runbook anew here; what became of that run is known where it was begun.' },
  );
}

/** Reads a run with its plan and all of its records. */
export async function readRun(db: Queryable, runId: string): Promise<StoredRun> {
  const [row] = await db.query<RunRow>(
    `WITH ${CLAIMED}
     SELECT r.plan, r.residue,
            jsonb_build_object('id', r.run_id, 'status', CASE WHEN ${IS_ELSEWHERE} THEN 'unknown' ELSE r.status END,
              'reason', CASE WHEN ${IS_ELSEWHERE} THEN $2 ELSE r.reason END,
              'plan_digest', r.plan -> 'digest', 'exit_code', r.exit_code,
              'window_ends_at', ${timestampText('r.window_ends_at')}, 'traceparent', r.traceparent,
              'pass', r.pass,
              'paused_by', CASE WHEN r.finished_at IS NULL THEN coalesce(r.paused_by, ${BRAKED_BY}) END,
              'started_at', ${timestampText('r.started_at')},
              'finished_at', ${timestampText('r.finished_at')}) AS run,
            coalesce((SELECT jsonb_agg(${STEP_STATE} ORDER BY s.ordinal)
                        FROM runbook.step s WHERE s.run_id = r.run_id), '[]') AS steps,
            coalesce((SELECT jsonb_agg(s.plan || jsonb_build_object('tasks', coalesce((
                               SELECT jsonb_agg(t.plan ORDER BY t.task_no) FROM runbook.task t
                                WHERE (t.run_id, t.step_id) = (s.run_id, s.step_id)), '[]'))
                             ORDER BY s.ordinal)
                        FROM runbook.step s WHERE s.run_id = r.run_id), '[]') AS planned,
            coalesce((SELECT jsonb_agg(${TASK_STATE} || jsonb_build_object('last', (
                               SELECT jsonb_build_object('attempt_id', a.attempt_id, 'sql', a.sql,
                                        'outcome', a.outcome, 'cause', a.cause,
                                        'built_indexes', (
                                          SELECT coalesce(jsonb_agg(DISTINCT i), '[]')
                                            FROM runbook.attempt b, unnest(b.built_indexes) i
                                           WHERE (b.run_id, b.step_id, b.task_no)
                                               = (t.run_id, t.step_id, t.task_no)))
                                 FROM runbook.attempt a
                                WHERE (a.run_id, a.step_id, a.task_no) = (t.run_id, t.step_id, t.task_no)
                                ORDER BY a.attempt_no DESC LIMIT 1)))
                        FROM runbook.task t WHERE t.run_id = r.run_id), '[]') AS tasks,
            ARRAY(SELECT s.step_id FROM runbook.step s
                   WHERE s.run_id = r.run_id
                     AND concat_ws('/', 'step', s.run_id, s.step_id) IN (SELECT c.name FROM claimed c)) AS supervised
       FROM runbook.run r WHERE r.run_id = $1`,
    [runId, ELSEWHERE],
  );
  if (row === undefined) throw new RunbookError('run_not_found', `the ledger has no run ${runId}`);
  const { run, plan, residue, steps, planned, tasks, supervised } = row;
  return { plan: { ...plan, steps: planned }, report: { run, residue, steps }, tasks, supervised };
}

/** The run of a runbook that belongs to a pass. */
export async function findRunOfPass(
  db: Queryable,
  runbook: string,
  pass: string,
): Promise<string | undefined> {
  const [row] = await db.query<{ run_id: string }>(
    'SELECT r.run_id FROM runbook.run r WHERE (r.runbook_name, r.pass) = ($1, $2)',
    [runbook, pass],
  );
  return row?.run_id;
}

/** The runs of a runbook on which somebody works, as far as the ledger knows, newest first. */
export async function findLiveRuns(db: Queryable, runbook: string): Promise<string[]> {
  const rows = await db.query<{ run_id: string }>(
    `SELECT r.run_id FROM runbook.run r
      WHERE r.runbook_name = $1 AND r.finished_at IS NULL AND runbook.is_live(r.run_id)
      ORDER BY r.started_at DESC`,
    [runbook],
  );
  return rows.map((row) => row.run_id);
}

/** Whether anybody works on a reconciled run, and whether its engine is among them. */
export async function readLife(
  db: Queryable,
  runId: string,
): Promise<{ live: boolean; engine: boolean }> {
  const [row] = await db.query<{ live: boolean; engine: boolean }>(
    'SELECT runbook.is_live($1) AS live, runbook.engine_alive($1) AS engine',
    [runId],
  );
  return { live: row?.live === true, engine: row?.engine === true };
}

/** Whether an engine, a supervisor or a worker of a run lives, where all sessions show. Changes nothing. */
export async function isWorkedOn(db: Queryable, runId: string): Promise<boolean> {
  const [row] = await db.query<{ worked: boolean }>(
    `WITH ${CLAIMED}
     SELECT EXISTS (SELECT FROM claimed c
                     WHERE c.name = concat('run/', $1::text) OR starts_with(c.name, concat('step/', $1::text, '/')))
         OR EXISTS (SELECT FROM runbook.attempt a JOIN pg_catalog.pg_stat_activity p
                        ON p.backend_type = 'pg_background'
                       AND CASE WHEN a.backend_start IS NULL THEN p.application_name = a.application_name
                                ELSE (p.pid, p.backend_start) = (a.pid, a.backend_start) END
                     WHERE a.run_id = $1 AND a.status IN ('pending', 'running')) AS worked`,
    [runId],
  );
  return row?.worked === true;
}

/**
 * Asks for a run, or one of its steps, to be cancelled: by whoever looks after it, and where nobody
 * does, by the identity of its workers.
 * @returns how many steps had not ended yet.
 */
export async function requestCancel(
  db: Queryable,
  runId: string,
  step: string | undefined,
  by: string,
): Promise<number> {
  const [row] = await db.query<{ steps: number }>(
    "SELECT runbook.request_cancel($1, $2, concat('pg-runbook cancel of ', session_user, '@', $3::text)) AS steps",
    [runId, step ?? null, by],
  );
  await db.query('SELECT runbook.skip_cancelled($1)', [runId]);
  return row?.steps ?? 0;
}

/**
 * Pauses a run, or lets it go on.
 * @param by who pauses it, on which host; undefined lets it go on.
 * @returns false when there was nothing to change: the run has ended, or is paused or not already.
 */
export async function setPaused(
  db: Queryable,
  runId: string,
  by: string | undefined,
): Promise<boolean> {
  const [row] = await db.query<{ changed: boolean | null }>(
    `SELECT runbook.set_paused($1, CASE WHEN $2::text IS NOT NULL
                                        THEN concat(session_user, '@', $2::text) END) AS changed`,
    [runId, by ?? null],
  );
  return row?.changed === true;
}

/** Forgets runs of a runbook, or of all, that began longer ago; returns how many. */
export async function pruneRuns(
  db: Queryable,
  runbook: string | undefined,
  keepMs: number,
): Promise<number> {
  const [row] = await db.query<{ pruned: number }>(
    "SELECT runbook.prune($1, $2 * interval '1 millisecond') AS pruned",
    [runbook ?? null, keepMs],
  );
  return row?.pruned ?? 0;
}

/** The kinds and specs of a run's steps, for those who judge its attempts. */
export async function readPlannedSteps(
  db: Queryable,
  runId: string,
): Promise<{ steps: PlannedStep[]; serverVersion: number }> {
  const rows = await db.query<{ step: PlannedStep; version: number }>(
    `SELECT s.plan AS step, (r.plan -> 'server' ->> 'version_number')::int AS version
       FROM runbook.step s JOIN runbook.run r USING (run_id)
      WHERE s.run_id = $1 ORDER BY s.ordinal`,
    [runId],
  );
  return { steps: rows.map((row) => row.step), serverVersion: rows[0]?.version ?? 0 };
}
