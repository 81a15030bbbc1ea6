import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { createTestDatabase, useTestDatabase } from '../../support/database.js';
import { killedRun, runbook, useFolder } from '../engine/support.js';

const db = await useTestDatabase();
const folder = useFolder();

it('a run that a copy of the database brought along is unknown, and in nobody’s way', async () => {
  await db.query(`create table t (id int primary key) with (autovacuum_enabled = off);
    insert into t select generate_series(1, 5000)`);
  const yaml = runbook(`  - id: slow
    vacuum: { tables: { include: [public.t] } }
    settings: { vacuum_cost_delay: 100ms, vacuum_cost_limit: 1 }
`);
  const id = await killedRun(db, folder, yaml, 'slow', db.env);
  const workers = `select pid from pg_stat_activity
    where backend_type = 'pg_background' and datname = current_database()`;
  await db.query(`select pg_cancel_backend(pid) from (${workers}) w`);
  await expect.poll(() => db.rows(workers), { timeout: 20_000 }).toHaveLength(0);
  await db.closeClients();
  const copy = await createTestDatabase(`template ${db.name}`);
  afterAll(() => copy.drop());
  await copy.query('vacuum t');

  const status = await runCli(['status', id], { env: copy.env });
  expect(status.stdout).toContain(
    `run ${id} unknown: it was begun on another server or in another`,
  );
  expect((await runCli(['status'], { env: copy.env })).stdout).toMatch(
    new RegExp(`${id} .*unknown`),
  );
  expect(
    await copy.rows(`select from runbook.attempt where status in ('pending', 'running')`),
  ).toHaveLength(1);
  const resumed = await runCli(['resume', id], { env: copy.env, cwd: folder });
  expect(resumed.stderr).toContain('[run_elsewhere]');
  expect(resumed.code).toBe(3);
  const file = join(folder, 'again.yaml');
  writeFileSync(file, yaml.replace(/ {4}settings.*\n/, '').replace('version: 1', 'version: 2'));
  const again = await runCli(['run', file], { env: copy.env, cwd: folder });
  expect(again.code, again.stderr).toBe(0);
});
