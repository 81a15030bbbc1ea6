import type pg from 'pg';

/** Asks one database. */
export type Query = <T extends pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<T[]>;

/** What a database says that its ledger does not, or the other way round; empty when they agree. */
export async function contradictions(query: Query): Promise<unknown[]> {
  const found = await Promise.all([
    query(`select 'not ended' as what, run_id as which from runbook.run where finished_at is null`),
    query(`select 'an attempt of nobody' as what, attempt_id as which from runbook.attempt
            where status in ('pending', 'running')`),
    // The row is committed with the work, or not at all.
    query(`select concat_ws(' ', 'status', a.status, 'committed', d.attempt is not null, a.message, a.outcome, a.cause) as what, a.attempt_id as which
             from runbook.attempt a join runbook.step s using (run_id, step_id)
             left join done d on d.attempt = a.attempt_id
            where s.kind = 'sql' and (a.status = 'succeeded') <> (d.attempt is not null)`),
    query(`select 'unknown, though it has a marker: ' || concat_ws(' ', a.message, a.outcome, a.cause) as what,
                  a.attempt_id as which
             from runbook.attempt a join runbook.step s using (run_id, step_id)
            where s.kind = 'sql' and a.status = 'unknown'`),
    query(`select 'done twice, or by nobody' as what, d.attempt as which from done d
             left join runbook.attempt a on a.attempt_id = d.attempt
            group by d.attempt having count(*) > 1 or count(a.attempt_id) = 0`),
    query(`select 'a task that is ' || t.status as what, t.run_id || '/' || t.step_id || '/' || t.task_no as which
             from runbook.task t where not runbook.is_final(t.status)`),
  ]);
  return found.flat();
}

/** Rows that walks say to have changed, and rows that were: by engine. */
export async function walked(
  query: Query,
  engine: number,
): Promise<{ told: number; changed: number }> {
  const [row] = await query<{ told: number; changed: number }>(
    `select (select coalesce(sum(p.rows_changed), 0)::int from runbook.batch_part p join runbook.run r using (run_id)
              where starts_with(r.runbook_name, $1)) as told,
            (select sum(n)::int from kept_${String(engine)}) as changed`,
    [`soak-${String(engine)}-`],
  );
  return row ?? { told: -1, changed: -2 };
}

/** Sessions, workers and locks of ours. */
export const LEFT = `select a.application_name as what from pg_stat_activity a
    where a.application_name like 'pg-runbook%' and a.application_name <> 'pg-runbookish'
  union all
  select 'an advisory lock of pid ' || l.pid from pg_locks l where l.locktype = 'advisory'`;

interface LogLine {
  readonly timestamp: string;
  readonly application_name?: string;
  readonly state_code?: string;
  readonly message?: string;
}

/** Cancelled, terminated. */
const SIGNALLED = ['57014', '57P01'];

/**
 * Statements and sessions of others that somebody signalled, by the server's own log.
 * @param restarts when the server was stopped, which signals all.
 */
export async function strangersSignalled(
  query: Query,
  restarts: readonly { readonly from: string; readonly to: string }[],
): Promise<LogLine[]> {
  const files = await query<{ text: string }>(
    `select pg_read_file(current_setting('log_directory') || '/' || name) as text
       from pg_ls_logdir() where name like '%.json' order by name`,
  );
  const lines = files.flatMap(({ text }) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine),
  );
  if (!lines.some(({ state_code: code }) => code === '57014')) {
    throw new Error('the log shows no signal at all, not even ours');
  }
  return lines.filter(
    ({ application_name: name = '', state_code: code = '', timestamp }) =>
      SIGNALLED.includes(code) &&
      !/^pg-runbook[:/]/.test(name) &&
      !restarts.some(({ from, to }) => isWithin(timestamp, from, to)),
  );
}

/** The log has milliseconds and the server's zone, which is UTC. */
function isWithin(timestamp: string, from: string, to: string): boolean {
  const at = timestamp.replace(' UTC', 'Z').replace(' ', 'T');
  return at >= from && at <= to;
}
