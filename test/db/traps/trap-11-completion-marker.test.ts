import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { stepOf, taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query('create table t (id int primary key); create materialized view v as table t');
await db.query('create unique index on v (id)');

const markers = async (runId: string): Promise<string[]> =>
  (
    await db.rows<{ attempt_id: string }>(
      'select attempt_id from runbook.completion where starts_with(attempt_id, $1) order by 1',
      [`${runId}/`],
    )
  ).map((row) => row.attempt_id.slice(runId.length + 1));

describe('trap 11: a transactional task carries its own proof', () => {
  it('the marker is there with committed work, by the worker itself, and absent after failure', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: good
          sql: insert into t values (1)
        - id: bad
          sql: insert into t values (2); select 1 / 0
        - id: view
          needs: [good]
          refresh: { views: { include: [public.v] }, concurrently: true }`),
    );
    expect(await markers(report.run.id)).toEqual(['good/1/1', 'view/1/1']);
    expect(await db.rows('table v')).toEqual([{ id: 1 }]);
    const [row] = await db.rows('select worker_pid from runbook.completion where attempt_id = $1', [
      `${report.run.id}/good/1/1`,
    ]);
    expect(row).toEqual({ worker_pid: taskOf(report, 'good').attempts[0]?.pid });
    expect(stepOf(report, 'bad').status).toBe('failed');
  });

  it.each([
    ['a comment at its end', 'insert into t values (10) -- note'],
    ['a semicolon at its end', 'insert into t values (11);'],
    ['dollar quotes', 'do $x$ begin insert into t values (12); end $x$'],
    ['rows as its result', 'insert into t values (13) returning *'],
  ])('whatever the text has: %s', async (_what, sql) => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: s
          sql: ${JSON.stringify(sql)}`),
    );
    expect(taskOf(report).status).toBe('succeeded');
    expect(await markers(report.run.id)).toEqual(['s/1/1']);
  });

  it('a deferred constraint that fails at the commit is a failure without a marker', async () => {
    await db.query('create table d (id int unique deferrable initially deferred)');
    const report = await runYaml(
      db,
      runbookOf(`
        - id: s
          sql: insert into d values (1), (1)`),
    );
    expect(taskOf(report)).toMatchObject({ status: 'failed', attempts: [{ sqlstate: '23505' }] });
    expect(await markers(report.run.id)).toEqual([]);
  });

  it('a worker that dies between its work and its commit leaves nothing, and is no success', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: s
          sql: insert into t values (20); select pg_terminate_backend(pg_backend_pid())`),
    );
    expect(taskOf(report).status).toBe('cancelled');
    expect(await markers(report.run.id)).toEqual([]);
    expect(await db.rows('select from t where id = 20')).toEqual([]);
  });
});
