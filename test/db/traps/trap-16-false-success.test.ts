import { describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { command, DIALECTS, openBackground, outcomeOf } from '../support/background.js';
import { runbookOf, runYaml } from '../support/run-yaml.js';

const db = await useTestDatabase();
await db.query('create table t (id serial primary key, who text not null)');
await db.query(`do $$ begin for i in 1..8 loop
  execute format('create table v_%s (id int primary key)', i); end loop; end $$`);

const TRIES = 20;

const rowsOf = async (who: string): Promise<number> => {
  const rows = await db.rows('select from t where who = $1', [who]);
  return rows.length;
};

describe('trap 16: a worker cancelled before it began looks like a success', () => {
  it.each(DIALECTS)(
    '%s: cancelled right after the launch, no outcome lies',
    async (name, dialect) => {
      const { client } = await openBackground(db, dialect);
      for (let i = 0; i < TRIES; i += 1) {
        const who = `${name} ${String(i)}`;
        const sql = `insert into t (who) values ('${who}'); select 'ok'::text`;
        const handle = await client.launch(command(sql));
        await client.cancel(handle);
        const outcome = await outcomeOf(client, handle);
        expect(await rowsOf(who)).toBe(outcome.type === 'completed' ? 1 : 0);
      }
    },
  );

  it('interrupted runs: every status is what the catalogs say', async () => {
    const seen: Record<string, number> = {};
    for (let i = 0; i < TRIES; i += 1) {
      const stop = new AbortController();
      const report = await runYaml(db, STEPS, {
        stop: stop.signal,
        onEvent: ({ type }) => {
          if (type === 'task_launched')
            setTimeout(() => {
              stop.abort(130);
            }, i);
        },
      });
      await expectTruth(report);
      for (const { status } of report.steps.flatMap((step) => step.tasks)) {
        seen[status] = (seen[status] ?? 0) + 1;
      }
    }
    expect(seen).not.toHaveProperty('unknown');
  });

  it('workers terminated at their start: every status is what the catalogs say', async () => {
    const seen: string[] = [];
    for (let i = 0; i < TRIES; i += 1) {
      const [report] = await Promise.all([runYaml(db, MARKED), terminateFirst()]);
      await expectTruth(report);
      seen.push(report.steps[0]?.status ?? '');
    }
    expect(seen).toContainEqual(expect.stringMatching(/failed|cancelled/));
  });
});

/** Sends SIGTERM to the next worker as soon as it shows, whatever it has come to. */
async function terminateFirst(): Promise<void> {
  const killer = await db.connect();
  await killer.query(`set client_min_messages = error; do $$ begin
    for i in 1..200000 loop
      perform pg_stat_clear_snapshot();
      exit when (select bool_or(pg_terminate_backend(pid)) from pg_stat_activity
                  where datname = current_database() and backend_type = 'pg_background');
    end loop; end $$`);
  await killer.end();
}

const MARKED = runbookOf(`
  - id: marked
    sql: insert into t (who) values (pg_catalog.current_setting('pg_runbook.attempt'))
`);

const STEPS = runbookOf(`
  - id: marked
    sql: insert into t (who) values (pg_catalog.current_setting('pg_runbook.attempt'))
  - id: alone
    sql: do $$ begin insert into t (who) values (current_setting('pg_runbook.attempt')); commit; end $$
    transaction: false
  - id: rebuild
    reindex: { indexes: { include: ["public.v_*"] } }
    concurrency: 2
  - id: vacuum
    vacuum: { tables: { include: ["public.v_*"] }, options: { freeze: true } }
`);

async function expectTruth(report: ReportV1): Promise<void> {
  for (const { id } of report.steps.filter((step) => ['marked', 'alone'].includes(step.id))) {
    const done = await rowsOf(`${report.run.id}/${id}/1/1`);
    const status = report.steps.find((step) => step.id === id)?.status;
    expect(`${id}: ${String(status)}`).toBe(`${id}: ${done === 1 ? 'succeeded' : (status ?? '')}`);
    if (status === 'succeeded') expect(done).toBe(1);
  }
  const targets = report.steps.flatMap((step) => step.tasks.flatMap((task) => task.targets));
  for (const { status, evidence } of targets.filter((target) => target.status === 'succeeded')) {
    expect(status).toBe('succeeded');
    const { before, after } = evidence;
    const changed =
      before?.['index_oid'] !== after?.['index_oid'] ||
      Number(after?.['vacuum_count']) > Number(before?.['vacuum_count']);
    expect(changed).toBe(true);
  }
}
