import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import {
  command,
  DIALECTS,
  noWorkersIn,
  openBackground,
  workersIn,
} from '../support/background.js';
import { taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create table enough (id int);
  create procedure stubborn() language plpgsql as $$
    begin
      while not exists (select from enough) and clock_timestamp() < now() + interval '50 s' loop
        begin
          perform pg_sleep(0.2);
        exception when query_canceled then null;
        end;
      end loop;
    end $$`);

const postmaster = async (): Promise<unknown> =>
  (await db.rows('select pg_postmaster_start_time() as started, pg_backend_pid() as session'))[0];

describe('trap 5: a cancel with a grace ends in SIGKILL, which restarts the cluster', () => {
  it.each(DIALECTS)('the SQL of dialect %s never passes a grace', (_name, dialect) => {
    expect(dialect.cancel('1', '2')).toMatch(/_cancel\(1, 2, 0\)$|_cancel_v2\(1, 2\)$/);
    const all = [dialect.launch('$1', '$2', '$3'), dialect.list(), dialect.detach('1', '2')];
    expect(all.join()).not.toContain('grace');
  });

  it('a worker that ignores every signal is given up as unknown; all other sessions live on', async () => {
    const before = await postmaster();
    const stop = new AbortController();
    const { client } = await openBackground(db);
    const bystander = await client.launch(command('select pg_sleep(60)::text'));
    const signals: string[] = [];
    const report = await runYaml(
      db,
      runbookOf(`
        - id: stubborn
          sql: call stubborn()`),
      {
        stop: stop.signal,
        onEvent: (event) => {
          if (event.type === 'task_launched')
            setTimeout(() => {
              stop.abort(130);
            }, 500);
          if (event.type === 'worker_signalled') signals.push(event.how);
        },
      },
    );
    const { pid } = taskOf(report).attempts[0]!;
    expect(signals).toEqual(['cancel_backend', 'cancel_worker']);
    expect(report.run).toMatchObject({ status: 'unknown', exit_code: 4 });
    expect(taskOf(report).reason).toMatch(`still runs as pid ${String(pid)}: waiting for`);
    expect((await workersIn(db)).sort()).toEqual([bystander.pid, pid].sort());
    expect(await postmaster()).toEqual(before);
    await db.query('insert into enough values (1)');
    await client.cancel(bystander);
    await noWorkersIn(db);
  });
});
