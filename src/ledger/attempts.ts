import type { Execution } from '../model/execution.js';
import type { WaitCause } from '../model/stop-cause.js';
import type { Outcome } from '../postgres/background/worker.js';
import type { Queryable } from '../postgres/session.js';
import { COMMIT_LATER } from './commit-later.js';
import type {
  AttemptEnd,
  AttemptNote,
  Ended,
  Launch,
  Prepared,
  Settled,
  TaskChange,
  TaskEnd,
  TaskKey,
} from './records.js';

/** Locks the attempts named in $1 in the order in which others do, or each could wait for the other. */
const LOCKED = `locked AS MATERIALIZED (
         SELECT u.attempt_id FROM runbook.attempt u
          WHERE u.attempt_id IN (SELECT x ->> 'attempt_id' FROM jsonb_array_elements($1) x)
          ORDER BY u.attempt_id COLLATE "C" FOR UPDATE)`;

/**
 * What the ledger's functions do with tasks and attempts. Every method is one statement, so that each
 * record is there or not.
 * @see functions/prepare.sql and functions/settle.sql
 */
export class AttemptLedger {
  constructor(private readonly db: Queryable) {}

  /**
   * Looks at the targets of tasks and records their next attempts, before they are launched.
   * @param tasks each with the digest of its plan: what the ledger has must be the same.
   * @param executions by step.
   */
  async prepareAttempts(
    runId: string,
    tasks: readonly (TaskKey & { readonly digest: string })[],
    executions: Readonly<Record<string, Execution>>,
  ): Promise<Prepared[]> {
    const rows = await this.db.query<{ prepared: Prepared }>(
      `SELECT runbook.prepare_attempt($1, t.step, t.number, $3::jsonb -> t.step, t.digest) AS prepared
         FROM jsonb_to_recordset($2) t(step text, number int, digest text)`,
      [
        runId,
        JSON.stringify(
          tasks.map(({ stepId, number, digest }) => ({ step: stepId, number, digest })),
        ),
        JSON.stringify(executions),
      ],
      'often',
    );
    return rows.map((row) => row.prepared);
  }

  /** Takes the evidence from before anew, for an attempt that had to wait for a slot. */
  async lookAgain(attemptId: string, execution: Execution): Promise<TaskChange> {
    const [row] = await this.db.query<{ task: TaskChange }>(
      'SELECT runbook.look_again($1, $2) AS task',
      [attemptId, JSON.stringify(execution)],
    );
    return only(row).task;
  }

  /** Records attempts as launched, with their handles. */
  async recordLaunches(launches: readonly Launch[]): Promise<void> {
    await this.db.query(
      `WITH ${LOCKED}, launched AS (
         UPDATE runbook.attempt t
            SET pid = a.pid, cookie = a.cookie, status = 'running',
                launched_at = a.launched_at
           FROM ${COMMIT_LATER},
                jsonb_to_recordset($1) a(attempt_id text, pid int, cookie bigint, launched_at timestamptz)
           JOIN locked USING (attempt_id)
          WHERE t.attempt_id = a.attempt_id AND t.status IN ('pending', 'running')
         RETURNING t.run_id, t.step_id, t.task_no, t.target_oids)
       UPDATE runbook.task t
          SET status = 'running', targets = runbook.write_targets(t.targets, (
                SELECT coalesce(jsonb_object_agg(o, '{"status": "running"}'::jsonb), '{}')
                  FROM unnest(l.target_oids) o))
         FROM launched l
        WHERE (t.run_id, t.step_id, t.task_no) = (l.run_id, l.step_id, l.task_no)`,
      [JSON.stringify(launches.map(({ id, attempt }) => ({ ...attempt, attempt_id: id })))],
      'often',
    );
  }

  /** Records who a worker is, why it was asked to stop, and the indexes that it was seen to build. */
  async noteAttempts(notes: readonly AttemptNote[]): Promise<void> {
    // What a crash of the server leaves of an index is known to be ours by this note alone.
    const builds = notes.some(({ builtIndexes }) => builtIndexes.size > 0);
    await this.db.query(
      `WITH ${LOCKED}
       UPDATE runbook.attempt t
          SET backend_start = coalesce(t.backend_start, a.backend_start),
              cause = coalesce(t.cause, a.cause), built_indexes = a.built_indexes
         FROM ${builds ? '' : `${COMMIT_LATER},`}
              jsonb_to_recordset($1) a(attempt_id text, backend_start timestamptz, cause text,
                                       built_indexes bigint[])
         JOIN locked USING (attempt_id)
        WHERE t.attempt_id = a.attempt_id`,
      [
        JSON.stringify(
          notes.map(({ id, backendStart, cause, builtIndexes }) => ({
            attempt_id: id,
            backend_start: backendStart,
            cause,
            built_indexes: [...builtIndexes],
          })),
        ),
      ],
      'often',
    );
  }

  /**
   * Cancels workers whose wait for a lock has lasted longer than it may.
   * @returns by attempt, the bound that was exceeded.
   */
  async endLockWaits(attemptIds: readonly string[]): Promise<Map<string, WaitCause>> {
    const rows = await this.db.query<{ attempt_id: string; cause: WaitCause }>(
      'SELECT attempt_id, cause FROM runbook.end_lock_waits($1)',
      [attemptIds],
      'often',
    );
    return new Map(rows.map((row) => [row.attempt_id, row.cause]));
  }

  /**
   * Judges ended attempts by what is known and proven, and records them.
   * @param look `first`: counters may show a little later, so that an unproven success is not
   *   recorded yet. `final`: what is not proven now is unknown.
   * @param stopping true when nothing more is launched.
   * @returns for each, undefined when a first look found no proof of a success.
   */
  async settleAttempts(
    ends: readonly AttemptEnd[],
    look: 'first' | 'final',
    stopping: boolean,
  ): Promise<(Settled | undefined)[]> {
    const rows = await this.db.query<{ settled: Settled | null }>(
      `SELECT runbook.settle_attempt(e.id, e.outcome, e.execution, $2, $3) AS settled
         FROM jsonb_to_recordset($1) e(id text, outcome jsonb, execution jsonb)`,
      [JSON.stringify(ends.map(endDocument)), look === 'final', stopping],
      'often',
    );
    return rows.map((row) => row.settled ?? undefined);
  }

  /** Adds messages of our own to an attempt. */
  async addMessages(attemptId: string, messages: readonly string[]): Promise<void> {
    await this.db.query(
      `UPDATE runbook.attempt SET messages = coalesce(messages, '[]') || $2::jsonb
        WHERE attempt_id = $1`,
      [attemptId, JSON.stringify(messages)],
    );
  }

  /** Records how a worker's end was heard, of an attempt that is not judged yet. */
  async recordOutcome(attemptId: string, outcome: Outcome, endedAt: string): Promise<void> {
    await this.db.query(
      `UPDATE runbook.attempt SET outcome = $2, ended_at = $3
        WHERE attempt_id = $1 AND status IN ('pending', 'running')`,
      [attemptId, JSON.stringify(outcomeDocument(outcome)), endedAt],
    );
  }

  /** Takes back attempts that were recorded and certainly never launched: their work waits again. */
  async withdraw(attemptIds: readonly string[]): Promise<void> {
    if (attemptIds.length === 0) return;
    await this.db.query('SELECT runbook.withdraw_attempts($1)', [attemptIds]);
  }

  /** Whether a step's supervisor has begun its work and lives, or has done it. */
  async isSupervised(runId: string, stepId: string, pid: number): Promise<boolean> {
    const rows = await this.db.query(
      `SELECT FROM runbook.supervisor s
        WHERE (s.run_id, s.step_id, s.pid) = ($1, $2, $3)
          AND (s.ended_at IS NOT NULL OR runbook.is_alive(s.pid, s.backend_start))`,
      [runId, stepId, pid],
    );
    return rows.length > 0;
  }

  /** Whether somebody looks after a detached step. */
  async hasSupervisor(runId: string, stepId: string): Promise<boolean> {
    const [row] = await this.db.query<{ supervised: boolean }>(
      'SELECT runbook.is_supervised($1, $2) AS supervised',
      [runId, stepId],
    );
    return row?.supervised === true;
  }

  /** Whether an attempt is on record of which nobody knows yet whether it was launched. */
  async hasPending(runId: string, stepId: string): Promise<boolean> {
    const rows = await this.db.query(
      `SELECT FROM runbook.attempt a WHERE (a.run_id, a.step_id, a.status) = ($1, $2, 'pending') LIMIT 1`,
      [runId, stepId],
    );
    return rows.length > 0;
  }

  /** Ends tasks that are launched no more, and what was recorded of their next attempts. */
  async endTasks(runId: string, ends: readonly TaskEnd[]): Promise<Ended[]> {
    const rows = await this.db.query<{ ended: Ended }>(
      `SELECT runbook.end_unlaunched($1, e.step, e.number, e.verdict) AS ended
         FROM jsonb_to_recordset($2) e(step text, number int, verdict jsonb)`,
      [
        runId,
        JSON.stringify(
          ends.map(({ task, verdict }) => ({ step: task.stepId, number: task.number, verdict })),
        ),
      ],
    );
    return rows.map((row) => row.ended);
  }
}

function only<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('a function of the ledger gave no row');
  return row;
}

function endDocument(end: AttemptEnd): object {
  const outcome = {
    ...outcomeDocument(end.outcome),
    cause: end.cause,
    backend_start: end.backendStart,
    elapsed_ms: end.elapsedMs,
    launched_at: end.launchedAt,
    finished_at: end.finishedAt,
  };
  return { id: end.id, outcome, execution: end.execution };
}

function outcomeDocument(outcome: Outcome): object {
  if (outcome.type !== 'completed') return outcome;
  const { type, commandTag, rowCount, tags, notices } = outcome;
  return { type, command_tag: commandTag, row_count: rowCount, tags, notices };
}
