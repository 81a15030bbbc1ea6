import type { TestDatabase } from '../../support/database.js';

/** A task of a made-up run; without more it waits for its first launch. */
export interface FakeTask {
  readonly status?: string;
  /** The status of its attempt that is recorded and not settled. */
  readonly live?: 'pending' | 'running';
  /** In seconds from now. */
  readonly not_before?: number;
  readonly conflicts?: readonly string[];
  readonly shares_targets?: boolean;
  readonly after?: readonly number[];
  readonly deferred?: boolean;
  readonly blocked?: boolean;
  readonly expected_ms?: number;
  readonly targets?: readonly object[];
}

export interface FakeStep {
  readonly id: string;
  readonly policy?: 'wait' | 'detach';
  readonly status?: string;
  readonly needs?: readonly string[];
  readonly after?: 'ended' | 'started';
  readonly concurrency?: number;
  readonly budgets?: Readonly<Record<string, number>>;
  readonly on_failure?: 'stop' | 'continue';
  readonly tasks: readonly FakeTask[];
}

interface FakeRun {
  /** In seconds from now. */
  readonly windowEndsAt?: number;
  readonly cancelledBy?: string;
}

const RUN = 'R';

/** Makes the ledger's record of a run anew. */
export async function fabricate(
  db: TestDatabase,
  steps: readonly FakeStep[],
  { windowEndsAt, cancelledBy }: FakeRun = {},
): Promise<void> {
  await db.query('delete from runbook.run');
  await db.query(
    `with run as (
       insert into runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters, plan, status, started_at,
                                database_id, window_ends_at, cancel_requested_by)
       values ('${RUN}', 'n', 1, 'd', '{}', '{}', 'running', now(), runbook.this_database(),
               clock_timestamp() + $2 * interval '1 second', $3)),
     steps as (
       insert into runbook.step (run_id, step_id, ordinal, kind, policy, status, plan, concurrency, budgets, needs, needs_end,
                                 failure_stops)
       select '${RUN}', s.id, i, 'sql', coalesce(s.policy, 'wait'), coalesce(s.status, 'pending'), '{"timeout_ms": 60000}',
              coalesce(s.concurrency, 1), array(select jsonb_object_keys(s.budgets)), coalesce(s.needs, '{}'),
              coalesce(s.after, 'ended') = 'ended', coalesce(s.on_failure, 'stop') = 'stop'
         from jsonb_array_elements($1) with ordinality e(step, i),
              jsonb_to_record(step) s(id text, policy text, status text, concurrency int, budgets jsonb, needs text[], after text, on_failure text)),
     tasks as (
       insert into runbook.task (run_id, step_id, task_no, status, targets, items, not_before, conflicts, shares_targets, after,
                                 deferred, blocked, expected_ms)
       select '${RUN}', step ->> 'id', n, coalesce(t.status, 'pending'), coalesce(t.targets, '[]'), '[{"oids": [], "tries": 0}]',
              clock_timestamp() + t.not_before * interval '1 second', coalesce(t.conflicts, '{}'), coalesce(t.shares_targets, false),
              coalesce(t.after, '{}'), coalesce(t.deferred, false), coalesce(t.blocked, false), t.expected_ms
         from jsonb_array_elements($1) step, jsonb_array_elements(step -> 'tasks') with ordinality e(task, n),
              jsonb_to_record(task) t(status text, targets jsonb, not_before float8, conflicts text[], shares_targets boolean,
                                      after int[], deferred boolean, blocked boolean, expected_ms float8))
     insert into runbook.attempt (attempt_id, run_id, step_id, task_no, attempt_no, sql, application_name, status)
     select concat_ws('/', '${RUN}', step ->> 'id', n, 1), '${RUN}', step ->> 'id', n, 1, '', '', task ->> 'live'
       from jsonb_array_elements($1) step, jsonb_array_elements(step -> 'tasks') with ordinality e(task, n)
      where task ? 'live'`,
    [JSON.stringify(steps), windowEndsAt ?? null, cancelledBy ?? null],
  );
}

/** What the engine of a made-up run is. */
function driverOf(steps: readonly FakeStep[]): string {
  const driven = steps.filter(({ policy }) => policy !== 'detach').map(({ id }) => id);
  return JSON.stringify({ whole: true, driven, steps: {}, graces: {} });
}

/** What would be launched, as `step/task`; of a detached step, which a supervisor would be given, its id. */
export async function nextLaunches(
  db: TestDatabase,
  steps: readonly FakeStep[],
  room: Readonly<Record<string, number>> = { '': 9 },
): Promise<string[]> {
  const [row] = await db.rows<{ next: { step: string; task?: number }[] }>(
    `select runbook.next_launches('${RUN}', $1, $2) as next`,
    [driverOf(steps), JSON.stringify(room)],
  );
  return (row?.next ?? []).map(({ step, task }) =>
    task === undefined ? step : `${step}/${String(task)}`,
  );
}

export interface Skipped {
  readonly task: string;
  readonly reason: string | null;
  readonly deferred: boolean;
}

/** Ends what is never launched, and tells why. */
export async function endWaiting(db: TestDatabase, steps: readonly FakeStep[]): Promise<Skipped[]> {
  const rows = await db.rows<Skipped>(
    `select format('%s/%s', e -> 'task' ->> 'step', e -> 'task' ->> 'number') as task, e -> 'task' ->> 'reason' as reason,
            (e -> 'task' ->> 'deferred')::boolean as deferred
       from jsonb_array_elements(runbook.end_waiting('${RUN}', $1)) e where e ->> 'type' = 'ended'`,
    [driverOf(steps)],
  );
  return rows;
}

/** What the run as a whole has come to. */
export async function judgeRun(
  db: TestDatabase,
  engine: object = {},
): Promise<{ status: string; exit_code: number; reason: string | null }> {
  const [row] = await db.rows<{
    judged: { status: string; exit_code: number; reason: string | null };
  }>(`select runbook.judge_run('${RUN}', $1) as judged`, [JSON.stringify(engine)]);
  if (row === undefined) throw new Error('no answer');
  return row.judged;
}
