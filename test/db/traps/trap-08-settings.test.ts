import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { command, noWorkersIn, openBackground } from '../support/background.js';
import { taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(`
  create table saw (name text, value text);
  create table ticks (at timestamptz default clock_timestamp());
  create procedure tick(seconds int) language plpgsql as $$
    begin
      for i in 1..seconds * 10 loop
        insert into ticks default values;
        commit;
        perform pg_sleep(0.1);
      end loop;
    end $$`);

describe('trap 8: the settings of the launching session reach the worker', () => {
  it('those of the step and those of the engine, and they do not stay behind', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: look
          sql: |
            insert into saw select name, current_setting(name) from unnest(array[
              'work_mem', 'maintenance_work_mem', 'statement_timeout', 'lock_timeout',
              'client_min_messages', 'application_name', 'search_path']) name
          timeout: 17s
          lock_timeout: 1500ms
          settings: { work_mem: 5MB, maintenance_work_mem: 70MB, search_path: "public, pg_temp" }
        - id: next
          needs: [look]
          sql: insert into saw select 'next work_mem', current_setting('work_mem')`),
    );
    const rows = await db.rows<{ name: string; value: string }>('table saw');
    expect(Object.fromEntries(rows.map((row) => [row.name, row.value]))).toEqual({
      work_mem: '5MB',
      maintenance_work_mem: '70MB',
      statement_timeout: '17s',
      lock_timeout: '1500ms',
      client_min_messages: 'warning',
      application_name: `pg-runbook/${report.run.id}/look/1`,
      search_path: 'public, pg_temp',
      'next work_mem': '4MB',
    });
  });

  it('statement_timeout bounds a CALL that commits inside', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: call
          sql: call tick(20)
          transaction: false
          timeout: 1s`),
    );
    expect(taskOf(report)).toMatchObject({
      status: 'timed_out',
      attempts: [{ sqlstate: '57014' }],
    });
    const [ticks] = await db.rows<{ n: number }>('select count(*)::int as n from ticks');
    expect(ticks?.n).toBeGreaterThan(2);
    expect(ticks?.n).toBeLessThan(60);
  });

  it('and goes on bounding it when the launcher is gone', async () => {
    const { client, session } = await openBackground(db);
    await db.query('truncate ticks');
    await client.launch(command('call tick(20)', { settings: { statement_timeout: '1s' } }));
    await session.close();
    await noWorkersIn(db);
    const [ticks] = await db.rows<{ n: number }>('select count(*)::int as n from ticks');
    expect(ticks?.n).toBeLessThan(60);
  });
});
