import type { Step as PlannedStep } from '../generated/plan.v1.js';
import type { ReportV1, Step, Task } from '../generated/report.v1.js';
import { RunbookError } from '../errors.js';
import { workerApplicationName } from '../model/identity.js';
import type { RunnablePlan } from '../model/live-plan.js';
import { hasSqlState, SQLSTATE } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import { inTransaction } from '../postgres/transaction.js';
import { COMMIT_LATER } from './commit-later.js';
import { findRunOfPass } from './read.js';
import { refusals } from './refusals.js';
import { BATCH_PROGRESS, CLAIMED, STEP_STATE } from './report-sql.js';

/** A run's records, as they change while it goes on. */
export type RunRecord = Pick<ReportV1, 'run' | 'runbook' | 'steps' | 'residue'>;

/** Who runs the engine; told to those who look at the ledger. */
export interface EngineOrigin {
  readonly host: string;
  readonly pid: number;
  /** The trace that its caller belongs to. */
  readonly traceparent?: string | undefined;
}

/** What became of a step. */
type StepEnd = Pick<Step, 'status' | 'reason' | 'finished_at'>;

/** Tasks that one statement records: their texts, all at once, would be most of the program's memory. */
const TASKS_AT_ONCE = 500;

/**
 * Writes what the ledger has of runs and steps. What every method writes is there as a whole or not at
 * all.
 */
export class LedgerStore {
  constructor(private readonly db: Session) {}

  /**
   * Binds the runbook's content to its version; the first content seen wins.
   * @throws RunbookError `version_changed` when the version stands for other content already.
   */
  async claimVersion(runbook: ReportV1['runbook'], allowChanged: boolean): Promise<void> {
    const [row] = await this.db.query<{ digest: string }>(
      // The update changes nothing: it makes the statement return the digest that is there already.
      `INSERT INTO runbook.runbook_version (name, version, digest)
       SELECT $1, $2::int, $3 FROM ${COMMIT_LATER}
       ON CONFLICT (name, version) DO UPDATE SET name = EXCLUDED.name
       RETURNING digest`,
      [runbook.name, runbook.version, runbook.digest],
    );
    if (allowChanged || row === undefined || row.digest === runbook.digest) return;
    throw refusals.version(runbook.name, runbook.version);
  }

  /**
   * Refuses a run whose pass has one already, before it overwrites that one's report.
   * @throws RunbookError `pass_taken`.
   */
  async refuseTakenPass({ run, runbook }: RunRecord): Promise<void> {
    if (run.pass === null) return;
    const other = await findRunOfPass(this.db, runbook.name, run.pass);
    if (other !== undefined) throw passTaken(runbook.name, run.pass);
  }

  /**
   * Records the run with all its steps and tasks, before anything is launched.
   * @throws RunbookError `pass_taken` when another run of its pass was faster.
   */
  async startRun(record: RunRecord, plan: RunnablePlan, origin: EngineOrigin): Promise<void> {
    try {
      await inTransaction(this.db, async () => {
        await this.#insertRun(record, plan, origin);
        for (const [index, step] of plan.steps.entries()) {
          await this.#insertTasks(record.run.id, step, record.steps[index]?.tasks ?? []);
        }
      });
    } catch (error) {
      const { run, runbook } = record;
      if (run.pass === null || !hasSqlState(error, SQLSTATE.uniqueViolation)) throw error;
      throw passTaken(runbook.name, run.pass);
    }
  }

  async #insertRun(
    { run, runbook, residue }: RunRecord,
    plan: RunnablePlan,
    origin: EngineOrigin,
  ): Promise<void> {
    await this.db.query(
      `WITH new_run AS (
         INSERT INTO runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters,
                                  plan, status, engine_host, engine_pid, started_at,
                                  window_ends_at, window_at_end, residue, traceparent,
                                  pass, database_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, $13, $14, $15, $16, runbook.this_database()))
       INSERT INTO runbook.step (run_id, step_id, ordinal, kind, policy, status, plan)
       SELECT $1, s.id, s.ordinal, s.kind, s.policy, 'pending', s.plan
         FROM jsonb_to_recordset($11) s(id text, ordinal int, kind text, policy text, plan jsonb)`,
      [
        run.id,
        runbook.name,
        runbook.version,
        runbook.digest,
        JSON.stringify(runbook.parameters),
        // Its steps and tasks have rows of their own.
        JSON.stringify({ ...plan, steps: [] }),
        run.status,
        origin.host,
        origin.pid,
        run.started_at,
        JSON.stringify(plan.steps.map((step, i) => newStepRow(step, i))),
        run.window_ends_at,
        plan.window?.at_end ?? null,
        JSON.stringify(residue),
        run.traceparent,
        run.pass,
      ],
    );
  }

  async #insertTasks(runId: string, step: PlannedStep, tasks: readonly Task[]): Promise<void> {
    const budgets = Object.keys(step.budgets);
    for (let from = 0; from < step.tasks.length; from += TASKS_AT_ONCE) {
      const rows = step.tasks.slice(from, from + TASKS_AT_ONCE).map((task, index) => ({
        number: task.number,
        targets: tasks[from + index]?.targets ?? [],
        plan: task,
        application_name: workerApplicationName(runId, step.id, task.number, budgets),
      }));
      await this.db.query(
        `INSERT INTO runbook.task (run_id, step_id, task_no, status, targets, plan, application_name, items)
         SELECT $1, $2, t.number, 'pending', t.targets, t.plan, t.application_name,
                jsonb_build_array(jsonb_build_object('tries', 0, 'oids',
                  jsonb_path_query_array(t.plan, '$.targets[*].oid')))
           FROM jsonb_to_recordset($3) t(number int, targets jsonb, plan jsonb, application_name text)`,
        [runId, step.id, JSON.stringify(rows)],
        'often',
      );
    }
  }

  /** Records the state of steps. */
  async updateSteps(runId: string, steps: readonly Step[]): Promise<void> {
    await this.db.query(
      `UPDATE runbook.step t SET status = x.status, reason = x.reason, started_at = x.started_at,
              finished_at = x.finished_at
         FROM ${COMMIT_LATER},
              jsonb_to_recordset($2) x(id text, status text, reason text, started_at timestamptz,
                                       finished_at timestamptz)
        WHERE t.run_id = $1 AND t.step_id = x.id`,
      [runId, JSON.stringify(steps.map(stepRow))],
      'often',
    );
  }

  /** Ends steps all of whose tasks have ended; says what each of them came to. */
  async finishSteps(
    runId: string,
    steps: readonly string[],
    at: string,
  ): Promise<Record<string, StepEnd>> {
    const [row] = await this.db.query<{ ends: Record<string, StepEnd> }>(
      `SELECT runbook.finish_steps($1, $2, $3) AS ends FROM ${COMMIT_LATER}`,
      [runId, steps, at],
      'often',
    );
    return row?.ends ?? {};
  }

  /** Notes who told the engine to stop, for the steps that it looks after itself. */
  async noteStop(runId: string, steps: readonly string[], by: string): Promise<void> {
    await this.db.query('SELECT runbook.note_stop($1, $2, $3)', [runId, steps, by]);
  }

  /** The steps that are to be cancelled, and who asked for that. */
  async readCancelled(runId: string): Promise<{ id: string; by: string }[]> {
    return this.db.query<{ id: string; by: string }>(
      `SELECT s.step_id AS id, s.cancel_requested_by AS by FROM runbook.step s
        WHERE s.run_id = $1 AND s.cancel_requested_at IS NOT NULL`,
      [runId],
      'often',
    );
  }

  /** Who cancelled the whole run, and what that left undone; undefined: nobody. */
  async readCancelledRun(runId: string): Promise<string | undefined> {
    const [row] = await this.db.query<{ reason: string | null }>(
      'SELECT runbook.cancelled_run(r) AS reason FROM runbook.run r WHERE r.run_id = $1',
      [runId],
    );
    return row?.reason ?? undefined;
  }

  /** A step with its tasks and attempts, as the report has it. */
  async readStep(runId: string, stepId: string): Promise<Step> {
    const [row] = await this.db.query<{ step: Step }>(
      `WITH ${CLAIMED} SELECT ${STEP_STATE} AS step FROM runbook.step s
        WHERE (s.run_id, s.step_id) = ($1, $2)`,
      [runId, stepId],
    );
    if (row === undefined) throw new Error(`the ledger has no step ${stepId}`);
    return row.step;
  }

  /** How far the walks of steps have come, by step. */
  async readProgress(
    runId: string,
    stepIds: readonly string[],
  ): Promise<Record<string, Step['progress']>> {
    const rows = await this.db.query<{ id: string; progress: Step['progress'] }>(
      `WITH ${CLAIMED} SELECT s.step_id AS id, ${BATCH_PROGRESS} AS progress
         FROM runbook.step s WHERE s.run_id = $1 AND s.step_id = ANY ($2)`,
      [runId, stepIds],
    );
    return Object.fromEntries(rows.map(({ id, progress }) => [id, progress]));
  }

  /** Who has paused the run; null when nobody has. */
  async readPausedBy(runId: string): Promise<string | null> {
    const [row] = await this.db.query<{ paused_by: string | null }>(
      'SELECT runbook.paused_by($1) AS paused_by',
      [runId],
      'often',
    );
    return row?.paused_by ?? null;
  }

  /**
   * Records that an engine looks after a run again, in a window of its own if it has one.
   * @param anew somebody asks for the rest to be done: what was to be cancelled is not any more.
   */
  async reopenRun(
    runId: string,
    origin: EngineOrigin,
    windowEndsAt: string | null,
    anew: boolean,
  ): Promise<void> {
    if (anew) await this.db.query('SELECT runbook.forget_cancel($1)', [runId]);
    await this.db.query(
      `UPDATE runbook.run SET status = 'running', reason = NULL, exit_code = NULL, finished_at = NULL,
              engine_host = $2, engine_pid = $3, window_ends_at = $4, stopped_for = NULL,
              traceparent = coalesce($5, traceparent)
        WHERE run_id = $1`,
      [runId, origin.host, origin.pid, windowEndsAt, origin.traceparent ?? null],
    );
  }

  /** Records how the run ended. */
  async finishRun({ run, residue }: Pick<ReportV1, 'run' | 'residue'>): Promise<void> {
    await this.db.query(
      `UPDATE runbook.run
          SET status = $2, reason = $3, exit_code = $4, finished_at = $5, residue = $6,
              paused_at = CASE WHEN $5::timestamptz IS NULL THEN paused_at END,
              paused_by = CASE WHEN $5::timestamptz IS NULL THEN paused_by END
        WHERE run_id = $1`,
      [run.id, run.status, run.reason, run.exit_code, run.finished_at, JSON.stringify(residue)],
    );
    // Its detached steps may all have ended before it.
    await this.db.query('SELECT runbook.conclude_detached_run($1)', [run.id]);
  }
}

function passTaken(runbook: string, pass: string): RunbookError {
  return new RunbookError('pass_taken', `pass ${pass} has a run of ${runbook} here already`, {
    hint: 'Nothing is done twice in a pass. Give the next one another name.',
  });
}

function stepRow(step: Step): object {
  const { id, status, reason, started_at, finished_at } = step;
  return { id, status, reason, started_at, finished_at };
}

function newStepRow(step: PlannedStep, index: number): object {
  const { id, kind, policy } = step;
  return { id, ordinal: index + 1, kind, policy, plan: { ...step, tasks: [], unselected: [] } };
}
