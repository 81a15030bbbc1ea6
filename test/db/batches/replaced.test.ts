import { expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { killedRun, runbook, useFolder } from '../engine/support.js';

const db = await useTestDatabase();
const folder = useFolder();

it('a walk that was begun and whose table was renamed fails when it is resumed', async () => {
  await db.query(`create table t (id int primary key, n text);
    insert into t select g from generate_series(1, 5000) g`);
  const yaml = runbook(`  - id: fill
    backfill:
      table: public.t
      key: id
      set: { n: "'x'" }
      where: n is null
      batch: { rows: 20, max_rows: 20, pause: 50ms }
`);
  const id = await killedRun(db, folder, yaml, 'fill', db.env);
  await expect
    .poll(() => db.rows('select from t where n is not null limit 1'), { timeout: 20_000 })
    .toHaveLength(1);
  await db.query(
    `select pg_cancel_backend(pid) from pg_stat_activity
      where backend_type = 'pg_background' and datname = current_database()`,
  );
  await db.query('alter table t rename to t2');
  const { code, stderr } = await runCli(['resume', id], { env: db.env, cwd: folder });
  expect(stderr).toContain('the rest is not done');
  expect(code).toBe(1);
  expect(await db.rows('select status from runbook.task')).toEqual([{ status: 'failed' }]);
});
