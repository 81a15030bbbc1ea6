import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { command, OLDEST_DIALECT, openBackground, stateOf, until } from '../support/background.js';
import { stepOf, taskOf } from '../support/report.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query(
  'create table t (id int primary key); create materialized view v as select 1 as one',
);

describe('trap 4: before 1.9 "stopped" says nothing about success', () => {
  it('is real: a failed worker looks as one that succeeded, until its result is read', async () => {
    const { client } = await openBackground(db, OLDEST_DIALECT);
    const seen = [];
    for (const sql of ['select 1/0', "select 'ok'::text"]) {
      const handle = await client.launch(command(sql));
      const ended = await until(async () => {
        const state = await stateOf(client, handle);
        return state?.ended === true ? state : undefined;
      }, 'it ends');
      seen.push(ended.outcome, (await client.readResult(handle)).type);
    }
    expect(seen).toEqual([undefined, 'error', undefined, 'completed']);
  });

  it('every kind runs to its true status in that dialect', async () => {
    const report = await runYaml(
      db,
      runbookOf(`
        - id: vacuum
          vacuum: { tables: { include: [public.t] } }
        - id: analyze
          analyze: { tables: { include: [public.t] } }
        - id: reindex
          reindex: { indexes: { include: [public.t_pkey] } }
        - id: refresh
          refresh: { views: { include: [public.v] } }
        - id: call
          sql: do $$ begin commit; end $$
          transaction: false
        - id: fails
          sql: insert into t values (1), (1)`),
      { dialect: OLDEST_DIALECT },
    );
    const statuses = report.steps.map((step) => [step.id, step.status]);
    expect(Object.fromEntries(statuses)).toEqual({
      vacuum: 'succeeded',
      analyze: 'succeeded',
      reindex: 'succeeded',
      refresh: 'succeeded',
      call: 'succeeded',
      fails: 'failed',
    });
    expect(stepOf(report, 'fails').reason).toContain('t_pkey');
    expect(taskOf(report, 'fails').attempts).toMatchObject([{ sqlstate: '23505' }]);
    expect(await db.rows('table t')).toEqual([]);
  });
});
