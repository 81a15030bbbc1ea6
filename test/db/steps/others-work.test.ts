import { beforeEach, describe, expect, it } from 'vitest';
import { vacuumExecution } from '../../../src/steps/vacuum/evidence.js';
import type { ReportV1, Task } from '../../../src/generated/report.v1.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { killedRun, runbook, useFolder } from '../engine/support.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
const folder = useFolder();

beforeEach(async () => {
  await db.query('drop table if exists a, b, c, d, e, f');
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    await db.query(`create table ${name} (id int primary key, v text) with (autovacuum_enabled = off);
      insert into ${name} select g, repeat('x', 100) from generate_series(1, 5000) g;
      delete from ${name} where id % 3 = 0`);
  }
});

const workers = `select pid from pg_stat_activity
  where backend_type = 'pg_background' and datname = current_database()`;

describe('VACUUM, while others work on the same relations', () => {
  it('is not proven by a plain one of somebody else, where FREEZE was asked for', async () => {
    const yaml = runbook(`  - id: freeze
    vacuum: { tables: { include: [public.a] }, options: { freeze: true } }
    settings: { vacuum_cost_delay: 100ms, vacuum_cost_limit: 1 }
`);
    const id = await killedRun(db, folder, yaml, 'freeze', db.env);
    await db.query(`select pg_cancel_backend(pid) from (${workers}) w`);
    await expect.poll(() => db.rows(workers), { timeout: 20_000 }).toHaveLength(0);
    await db.query('vacuum a');
    const look = async (): Promise<Task | undefined> => {
      const { stdout } = await runCli(['status', id, '--json'], { env: db.env });
      return (JSON.parse(stdout) as ReportV1).steps[0]?.tasks[0];
    };
    // A worker whose launch nobody recorded is given a while to show.
    await expect.poll(look, { timeout: 20_000 }).toMatchObject({
      status: 'unknown',
      reason: expect.stringContaining('not frozen as FREEZE would have left it') as string,
    });
  });

  it('of a pack that failed is proven up to the first that is not done', async () => {
    const blocker = await db.connect();
    await blocker.query('begin; lock table b in share update exclusive mode');
    const running = runYaml(
      db,
      runbookOf(
        `- id: pack
  vacuum: { tables: { include: [public.*], order_by: name } }
  concurrency: 1
  lock_timeout: 4s`,
      ),
    );
    await expect
      .poll(() => db.rows(`${workers} and wait_event_type = 'Lock'`), { timeout: 20_000 })
      .toHaveLength(1);
    await db.query('vacuum c');
    const failed = `select from runbook.attempt where status = 'failed'`;
    await expect.poll(() => db.rows(failed), { timeout: 20_000 }).toHaveLength(1);
    await blocker.query('rollback');
    const report = await running;
    const attempts = report.steps[0]?.tasks[0]?.attempts.map(({ sql }) => sql ?? 'pack');
    expect(attempts).toEqual([
      'pack',
      ...['b', 'c'].map((name) => expect.stringContaining(`public.${name}`) as string),
    ]);
  });

  it('is not proven by one from before the look, whatever the counters say', async () => {
    await db.query('vacuum a');
    const { evidence } = vacuumExecution(
      { tables: {}, options: {} } as unknown as Parameters<typeof vacuumExecution>[0],
      180_000,
    );
    const result = async (before: object): Promise<unknown> => {
      const target = [{ oid: await oidOf('a'), name: 'public.a', before }];
      const [row] = await db.rows(`select result from (${evidence ?? ''}) e`, [
        JSON.stringify(target),
      ]);
      return row?.['result'];
    };
    const now = Date.now() / 1000;
    expect(await result({ vacuum_count: 0, looked_at: now - 3600 })).toBe('done');
    expect(await result({ vacuum_count: 0, looked_at: now + 3600 })).toBe('not_done');
    expect(await result({ vacuum_count: 0 })).toBe('not_done');
  });
});

async function oidOf(name: string): Promise<number> {
  const [row] = await db.rows<{ oid: number }>('select $1::regclass::oid::int as oid', [name]);
  return row?.oid ?? 0;
}
