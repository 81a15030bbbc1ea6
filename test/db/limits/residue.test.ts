import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { readResidue } from '../../../src/ledger/residue.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { until } from '../detach/support.js';
import { useFolder } from '../engine/support.js';
import { connectionTo, runbookOf, runYaml, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
const folder = useFolder();
await withSession(connectionTo(db), migrateLedger);
await db.query('create table t (id int primary key, x text)');

const nothing = (name: string): string =>
  runbookOf('\n  - id: one\n    sql: SELECT 1').replace('name: test', `name: ${name}`);

/** Runs a runbook whose engine is killed soon after the launch; the ledger then shows what `sql` asks for. */
async function runAndKill(name: string, step: string, sql: string): Promise<string> {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, runbookOf(step).replace('name: test', `name: ${name}`));
  const args = ['run', path, '--report', join(folder, `${name}.json`)];
  const signalAfter = { signal: 'SIGKILL', seen: /launched|as pid/, ms: 1_500 } as const;
  expect((await runCli(args, { env: db.env, signalAfter })).signal).toBe('SIGKILL');
  await until(db, sql, [name]);
  const [row] = await db.rows('select run_id from runbook.run where runbook_name = $1', [name]);
  return String(row?.['run_id']);
}

const workers = (): Promise<unknown[]> =>
  db.rows(
    "select pid from pg_stat_activity where backend_type = 'pg_background' and datname = current_database()",
  );

it('an index that a killed engine left is dropped by the next run, and others’ are told', async () => {
  const writer = await db.connect();
  await writer.query("begin; insert into t values (1, 'a')");
  const run = await runAndKill(
    'rebuild',
    '\n  - id: r\n    reindex: { indexes: { include: [public.t_pkey] } }',
    `select 1 from runbook.run r join runbook.attempt a using (run_id)
      where r.runbook_name = $1 and a.built_indexes <> '{}'`,
  );
  // Its worker goes on, and is nobody's business until somebody resumes or cancels.
  await expect
    .poll(() => withSession(connectionTo(db), (session) => readResidue(session)), {
      timeout: 10_000,
    })
    .toEqual([
      expect.objectContaining({
        kind: 'worker',
        origin: `the engine of run ${run} is gone`,
        advice: `pg-runbook resume ${run}, or pg-runbook cancel ${run}`,
      }),
    ]);
  await db.query(
    "select pg_cancel_backend(pid) from pg_stat_activity where backend_type = 'pg_background' and datname = current_database()",
  );
  await writer.query('rollback');
  await expect.poll(workers, { timeout: 10_000 }).toEqual([]);
  await db.query('create table u (x int); insert into u values (1), (1)');
  await expect(db.query('create unique index concurrently u_x on u (x)')).rejects.toThrow();
  await expect(db.query('create unique index concurrently u_x_ccnew on u (x)')).rejects.toThrow();

  const { stdout } = await runCli(['doctor'], { env: db.env });
  expect(stdout).toContain('warn  residue    public.t_pkey_ccnew: left by the rebuild of attempt');
  expect(stdout).toContain('→ DROP INDEX CONCURRENTLY public.u_x\n');
  const { run: next, residue } = await runYaml(db, nothing('next'));
  expect(next.status).toBe('succeeded');
  expect(residue.before).toMatchObject([
    {
      name: 'public.t_pkey_ccnew',
      origin: `left by the rebuild of attempt ${run}/r/1/1`,
      done: 'dropped',
    },
    { name: 'public.u_x', origin: expect.stringContaining('CREATE INDEX') as string, done: null },
    { name: 'public.u_x_ccnew', origin: expect.stringContaining('REINDEX') as string, done: null },
  ]);
  expect(residue.after?.map(({ name }) => name)).toEqual(['public.u_x', 'public.u_x_ccnew']);
  const { stdout: told } = await runCli(['status', next.id], { env: db.env });
  expect(told).toContain('left over in the database:\n  public.t_pkey_ccnew: left by the rebuild');
  await db.query('drop table u');
});

it('a worker that its run has given up is asked to stop, and a stranger is left alone', async () => {
  const run = await runAndKill(
    'given-up',
    '\n  - id: s\n    sql: SELECT pg_sleep(50)',
    `select 1 from runbook.run r join runbook.attempt a using (run_id)
      where r.runbook_name = $1 and a.backend_start is not null`,
  );
  await db.query(
    "update runbook.attempt set status = 'unknown', finished_at = now() - interval '1 hour' where run_id = $1",
    [run],
  );
  const stranger = await db.connect();
  await stranger.query("set application_name = 'pg-runbook/20200101-aaaaaa/s/1'");
  await stranger.query(`select ${EXTENSION_SCHEMA}.pg_background_launch('select pg_sleep(9)')`);
  await until(
    db,
    "select 1 from pg_stat_activity where backend_type = 'pg_background' and backend_start < now() - interval '5 s' and application_name like 'pg-runbook/2020%'",
  );
  const { residue } = await runYaml(db, nothing('after-given-up'));
  const found = residue.before?.toSorted((a, b) => (a.origin < b.origin ? 1 : -1));
  expect(found).toMatchObject([
    { kind: 'worker', origin: 'no run in this ledger knows it', done: null },
    { kind: 'worker', origin: 'its run has given it up as unknown', done: 'asked to stop' },
  ]);
  expect(await workers()).toHaveLength(1);
  await expect.poll(workers, { timeout: 15_000 }).toEqual([]);
});

it('a silent session that has a claim is told', async () => {
  const silent = await db.connect({ application_name: 'pg-runbook:observer:20200101-bbbbbb' });
  await silent.query("select runbook.try_claim('run/20200101-bbbbbb')");
  const look = (silentMs: number): Promise<unknown> =>
    withSession(connectionTo(db), async (session) =>
      (await readResidue(session, silentMs)).filter(({ kind }) => kind === 'session'),
    );
  expect(await look(60_000)).toEqual([]);
  expect(await look(0)).toMatchObject([
    { name: expect.stringContaining('bbbbbb') as string, done: null },
  ]);
});
