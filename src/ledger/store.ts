import type { PlanV1 } from '../generated/plan.v1.js';
import type { Attempt, ReportV1, Step, Task } from '../generated/report.v1.js';
import { RunbookError } from '../errors.js';
import type { Queryable } from '../postgres/session.js';

/** A run's records, as they change while it goes on. */
export type RunRecord = Pick<ReportV1, 'run' | 'runbook' | 'steps'>;

/** One attempt with the keys of its row. */
export interface AttemptRecord {
  readonly attemptId: string;
  readonly stepId: string;
  readonly taskNumber: number;
  readonly sql: string;
  readonly attempt: Attempt;
}

/** One task with the keys of its row. */
export interface TaskRecord {
  readonly stepId: string;
  readonly number: number;
  readonly task: Task;
}

/** Who runs the engine; told to those who look at the ledger. */
export interface EngineOrigin {
  readonly host: string;
  readonly pid: number;
}

/** Writes the ledger. Every method is one statement, so that each record is there or not. */
export class LedgerStore {
  constructor(private readonly db: Queryable) {}

  /**
   * Binds the runbook's content to its version; the first content seen wins.
   * @throws RunbookError `version_changed` when the version stands for other content already.
   */
  async claimVersion(runbook: ReportV1['runbook'], allowChanged: boolean): Promise<void> {
    const [row] = await this.db.query<{ digest: string }>(
      // The update changes nothing: it makes the statement return the digest that is there already.
      `INSERT INTO runbook.runbook_version (name, version, digest) VALUES ($1, $2, $3)
       ON CONFLICT (name, version) DO UPDATE SET name = EXCLUDED.name
       RETURNING digest`,
      [runbook.name, runbook.version, runbook.digest],
    );
    if (allowChanged || row === undefined || row.digest === runbook.digest) return;
    throw new RunbookError(
      'version_changed',
      `${runbook.name} version ${String(runbook.version)} has run before with other content`,
      { hint: 'Raise `version` in the runbook, or pass --allow-changed for this once.' },
    );
  }

  /** Records the run with all its steps and tasks, before anything is launched. */
  async startRun(record: RunRecord, plan: PlanV1, origin: EngineOrigin): Promise<void> {
    const { run, runbook, steps } = record;
    await this.db.query(
      `WITH new_run AS (
         INSERT INTO runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters,
                                  plan, status, engine_host, engine_pid, started_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)),
       new_steps AS (
         INSERT INTO runbook.step (run_id, step_id, ordinal, kind, policy, status)
         SELECT $1, s.id, s.ordinal, s.kind, s.policy, s.status
           FROM jsonb_to_recordset($11) s(id text, ordinal int, kind text, policy text, status text))
       INSERT INTO runbook.task (run_id, step_id, task_no, status, targets)
       SELECT $1, t.step_id, t.number, t.status, t.targets
         FROM jsonb_to_recordset($12) t(step_id text, number int, status text, targets jsonb)`,
      [
        run.id,
        runbook.name,
        runbook.version,
        runbook.digest,
        JSON.stringify(runbook.parameters),
        JSON.stringify(plan),
        run.status,
        origin.host,
        origin.pid,
        run.started_at,
        JSON.stringify(steps.map((step, index) => ({ ...stepRow(step), ordinal: index + 1 }))),
        JSON.stringify(
          steps.flatMap((step) => step.tasks.map((task, i) => taskRow(step, task, i))),
        ),
      ],
    );
  }

  /** Records attempts that are about to be launched. */
  async recordAttempts(runId: string, attempts: readonly AttemptRecord[]): Promise<void> {
    await this.db.query(
      `INSERT INTO runbook.attempt (attempt_id, run_id, step_id, task_no, attempt_no, sql,
                                    application_name, status)
       SELECT a.attempt_id, $1, a.step_id, a.task_no, a.attempt_no, a.sql, a.application_name, 'pending'
         FROM jsonb_to_recordset($2) a(attempt_id text, step_id text, task_no int, attempt_no int,
                                       sql text, application_name text)`,
      [
        runId,
        JSON.stringify(
          attempts.map((record) => ({
            attempt_id: record.attemptId,
            step_id: record.stepId,
            task_no: record.taskNumber,
            attempt_no: record.attempt.number,
            sql: record.sql,
            application_name: record.attempt.application_name,
          })),
        ),
      ],
    );
  }

  /** Records the handles of launched attempts, and later their identity and their outcome. */
  async updateAttempts(attempts: readonly AttemptRecord[]): Promise<void> {
    await this.db.query(
      `UPDATE runbook.attempt t
          SET pid = a.pid, cookie = a.cookie, backend_start = a.backend_start, status = a.status,
              launched_at = a.launched_at, finished_at = a.finished_at, sqlstate = a.sqlstate,
              message = a.message, command_tag = a.command_tag, row_count = a.row_count,
              messages = a.messages
         FROM jsonb_to_recordset($1) a(attempt_id text, pid int, cookie bigint,
              backend_start timestamptz, status text, launched_at timestamptz,
              finished_at timestamptz, sqlstate text, message text, command_tag text,
              row_count bigint, messages jsonb)
        WHERE t.attempt_id = a.attempt_id`,
      [
        JSON.stringify(
          attempts.map(({ attemptId, attempt }) => ({ ...attempt, attempt_id: attemptId })),
        ),
      ],
    );
  }

  /** Records what became of tasks and their targets. */
  async updateTasks(runId: string, tasks: readonly TaskRecord[]): Promise<void> {
    await this.db.query(
      `UPDATE runbook.task t SET status = x.status, reason = x.reason, targets = x.targets
         FROM jsonb_to_recordset($2) x(step_id text, number int, status text, reason text, targets jsonb)
        WHERE t.run_id = $1 AND t.step_id = x.step_id AND t.task_no = x.number`,
      [
        runId,
        JSON.stringify(
          tasks.map(({ stepId, number, task }) => ({
            step_id: stepId,
            number,
            status: task.status,
            reason: task.reason,
            targets: task.targets,
          })),
        ),
      ],
    );
  }

  /** Records the state of steps. */
  async updateSteps(runId: string, steps: readonly Step[]): Promise<void> {
    await this.db.query(
      `UPDATE runbook.step t SET status = x.status, reason = x.reason, started_at = x.started_at,
              finished_at = x.finished_at
         FROM jsonb_to_recordset($2) x(id text, status text, reason text, started_at timestamptz,
              finished_at timestamptz)
        WHERE t.run_id = $1 AND t.step_id = x.id`,
      [runId, JSON.stringify(steps.map(stepRow))],
    );
  }

  /** Records how the run ended. */
  async finishRun(run: ReportV1['run']): Promise<void> {
    await this.db.query(
      `UPDATE runbook.run SET status = $2, reason = $3, exit_code = $4, finished_at = $5
        WHERE run_id = $1`,
      [run.id, run.status, run.reason, run.exit_code, run.finished_at],
    );
  }

  /** Which of these attempts have left their completion marker. */
  async findCompletions(attemptIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.query<{ attempt_id: string }>(
      'SELECT attempt_id FROM runbook.completion WHERE attempt_id = ANY ($1::text[])',
      [attemptIds],
    );
    return new Set(rows.map((row) => row.attempt_id));
  }
}

function stepRow(step: Step): object {
  const { id, kind, policy, status, reason, started_at, finished_at } = step;
  return { id, kind, policy, status, reason, started_at, finished_at };
}

function taskRow(step: Step, task: Task, index: number): object {
  return { step_id: step.id, number: index + 1, status: task.status, targets: task.targets };
}
