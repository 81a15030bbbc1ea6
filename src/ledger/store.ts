import type { Step as PlannedStep } from '../generated/plan.v1.js';
import type { ReportV1, Step } from '../generated/report.v1.js';
import { RunbookError } from '../errors.js';
import type { RunnablePlan } from '../model/live-plan.js';
import { hasSqlState, SQLSTATE } from '../postgres/errors.js';
import type { Row, Session } from '../postgres/session.js';
import { claimOn } from './claims.js';
import { inTransaction } from '../postgres/transaction.js';
import { COMMIT_LATER } from './commit-later.js';
import { findRunOfPass } from './read.js';
import { refusals } from './refusals.js';
import { batchesOf, INSERT_TASKS, newStepRow, newTaskRows, type Seal } from './new-rows.js';
import { BATCH_PROGRESS, BRAKED_BY, CLAIMED, STEP_STATE } from './report-sql.js';

/** A run's records, as they change while it goes on. */
export type RunRecord = Pick<ReportV1, 'run' | 'runbook' | 'steps' | 'residue'>;

/** Who runs the engine; told to those who look at the ledger. */
export interface EngineOrigin {
  readonly host: string;
  readonly pid: number;
  /** The trace that its caller belongs to. */
  readonly traceparent?: string | undefined;
}

/** What only the engine knows of the end of a run. */
export interface EngineEnd {
  readonly residue: ReportV1['residue'];
  /** What happened on the way, and had no consequences. */
  readonly note: string | null;
  /** Why the run ended early. It is no failure by itself: what is proven afterwards counts. */
  readonly lost: string | null;
  /** The exit code of what ended it early, where that was neither the server nor a signal. */
  readonly error_exit: number | null;
  /** The exit code of the signal that stopped it. */
  readonly signal_exit: number | null;
  /** Interrupted tasks that were not done again, by id. */
  readonly refused: readonly string[];
}

/** How a run may begin. */
interface Admitted {
  /** True: the claims are this session's, and no other run of the runbook is live. */
  readonly alone: boolean;
  /** True: there are runs to be forgotten. */
  readonly prunable: boolean;
}

interface AdmittedRow extends Admitted, Row {
  readonly digest: string;
  readonly braked_by: string | null;
}

/** The update of a version changes nothing: it makes the statement return the digest that is there already. */
const ADMIT = `
WITH version AS (
  INSERT INTO runbook.runbook_version (name, version, digest)
  SELECT $1, $2::int, $3 FROM ${COMMIT_LATER}
  ON CONFLICT (name, version) DO UPDATE SET name = EXCLUDED.name RETURNING digest)
SELECT v.digest, ${BRAKED_BY} AS braked_by,
       c.run AND c.runbook AND NOT EXISTS (
         SELECT FROM runbook.run r WHERE r.runbook_name = $1 AND r.finished_at IS NULL AND runbook.is_live(r.run_id)) AS alone,
       EXISTS (SELECT FROM runbook.run r
                WHERE r.runbook_name = $1 AND r.started_at < clock_timestamp() - $6 * interval '1 millisecond') AS prunable
  FROM version v, (SELECT runbook.try_claim($4) AS run, runbook.try_claim($5) AS runbook OFFSET 0) c`;

/** What a run has come to. */
export type RunEnd = Pick<
  ReportV1['run'],
  'status' | 'exit_code' | 'reason' | 'finished_at' | 'paused_by'
>;

/** Tasks that one statement records: their texts, all at once, would be most of the program's memory. */
const TASKS_AT_ONCE = 500;

/**
 * Writes what the ledger has of runs and steps. What every method writes is there as a whole or not at
 * all.
 */
export class LedgerStore {
  constructor(private readonly db: Session) {}

  /**
   * Binds the runbook's content to its version (the first content seen wins), and takes the claims on runbook and run, in
   * one statement. Nothing begins while all runs are paused: cron comes again.
   * @param keepMs runs of the runbook that began longer ago are forgotten.
   * @throws RunbookError `version_changed` when the version stands for other content already; `braked`.
   */
  async admitRun(
    { run, runbook }: RunRecord,
    allowChanged: boolean,
    keepMs: number,
  ): Promise<Admitted> {
    const [row] = await this.db.query<AdmittedRow>(ADMIT, [
      runbook.name,
      runbook.version,
      runbook.digest,
      claimOn.run(run.id),
      claimOn.runbook(runbook.name),
      keepMs,
    ]);
    if (row === undefined) throw new Error('the ledger has no version of the runbook');
    if (!allowChanged && row.digest !== runbook.digest) {
      throw refusals.version(runbook.name, runbook.version);
    }
    if (row.braked_by !== null) throw refusals.brake(row.braked_by);
    return row;
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
  async startRun(
    record: RunRecord,
    plan: RunnablePlan,
    origin: EngineOrigin,
    seal: Seal,
  ): Promise<void> {
    const batches = batchesOf(newTaskRows(record, plan, seal), TASKS_AT_ONCE);
    const first = batches.next().value ?? [];
    const others = plan.steps.reduce((sum, { tasks }) => sum + tasks.length, -first.length);
    try {
      if (others === 0) await this.#insertRun(record, plan, origin, first);
      else {
        await inTransaction(this.db, async () => {
          await this.#insertRun(record, plan, origin, first);
          for (const rows of batches) await this.#insertTasks(record.run.id, rows);
        });
      }
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
    tasks: readonly object[],
  ): Promise<void> {
    await this.db.query(
      `WITH new_run AS (
         INSERT INTO runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters,
                                  plan, status, engine_host, engine_pid, started_at,
                                  window_ends_at, window_at_end, residue, traceparent,
                                  pass, database_id)
         VALUES ($1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13, $14, $15, $16, $17, runbook.this_database())),
       new_steps AS (
         INSERT INTO runbook.step (run_id, step_id, ordinal, kind, policy, status, plan, concurrency, budgets, needs, needs_end,
                                   failure_stops)
         SELECT $1, s.id, s.ordinal, s.kind, s.policy, 'pending', s.plan, s.concurrency, s.budgets, s.needs, s.needs_end,
                s.failure_stops
           FROM jsonb_to_recordset($12) s(id text, ordinal int, kind text, policy text, plan jsonb, concurrency int,
                                          budgets text[], needs text[], needs_end boolean, failure_stops boolean))
       ${INSERT_TASKS}`,
      [
        run.id,
        JSON.stringify(tasks),
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

  async #insertTasks(runId: string, rows: readonly object[]): Promise<void> {
    await this.db.query(INSERT_TASKS, [runId, JSON.stringify(rows)], 'often');
  }

  /** Seals tasks of a step anew, with the key of the engine that goes on with it. */
  async sealTasks(runId: string, step: PlannedStep, seal: Seal): Promise<void> {
    for (let from = 0; from < step.tasks.length; from += TASKS_AT_ONCE) {
      const seals = step.tasks
        .slice(from, from + TASKS_AT_ONCE)
        .map((task) => ({ number: task.number, seal: seal(step.id, task) }));
      await this.db.query(
        `UPDATE runbook.task t SET seal = x.seal FROM jsonb_to_recordset($3) x(number int, seal text)
          WHERE (t.run_id, t.step_id, t.task_no) = ($1, $2, x.number)`,
        [runId, step.id, JSON.stringify(seals)],
        'often',
      );
    }
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

  /** Records what the run has come to, and what its engine leaves in the database. */
  async concludeRun(runId: string, engine: EngineEnd): Promise<RunEnd> {
    const [row] = await this.db.query<{ ended: RunEnd }>(
      'SELECT runbook.conclude_run($1, $2) AS ended',
      [runId, JSON.stringify(engine)],
    );
    if (row === undefined) throw new Error('a function of the ledger gave no row');
    return row.ended;
  }
}

function passTaken(runbook: string, pass: string): RunbookError {
  return new RunbookError('pass_taken', `pass ${pass} has a run of ${runbook} here already`, {
    hint: 'Nothing is done twice in a pass. Give the next one another name.',
  });
}
