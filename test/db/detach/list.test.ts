import { expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { killedRun, runbook, useFolder } from '../engine/support.js';

const db = await useTestDatabase();
const folder = useFolder();

it('a list calls no run running that nobody works on any more', { timeout: 60_000 }, async () => {
  const id = await killedRun(
    db,
    folder,
    runbook('  - id: slow\n    sql: select pg_sleep(30)\n'),
    'slow',
    db.env,
  );
  await db.query(`select pg_cancel_backend(pid) from pg_stat_activity
    where backend_type = 'pg_background' and datname = current_database()`);
  const list = async (): Promise<string> => (await runCli(['status'], { env: db.env })).stdout;
  // A worker whose launch nobody recorded is given a while to show.
  await expect
    .poll(list, { timeout: 20_000, interval: 500 })
    .toMatch(new RegExp(`^${id} .*failed`));
});
