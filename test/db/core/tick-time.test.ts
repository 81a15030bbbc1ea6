import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);
await db.query(readFileSync(new URL('simulation.sql', import.meta.url), 'utf8'));

const TICKS = 200;

/** How long a call of the core takes, in ms, while four workers run and now and then one ends. */
async function tickTimes(tasks: number): Promise<{ median: number; p95: number }> {
  await db.query(`
    delete from runbook.run; delete from sim.worker;
    select sim.make_run('long');
    delete from runbook.step where step_id <> '1';
    update runbook.run set window_ends_at = null, window_at_end = null;
    update runbook.step set concurrency = 4, failure_stops = false;
    delete from runbook.task;
    insert into runbook.task (run_id, step_id, task_no, status, targets, plan, items, conflicts)
    select 'long', '1', n, 'pending', '[]', '{"sql": "work", "proof": "marker", "queue_size": 1024, "reads_output": false, "targets": []}',
           '[{"oids": [], "tries": 0}]', array[concat('relation:', n)] from generate_series(1, ${String(tasks)}) n;
    update runbook.task t set seal = runbook.seal_of(t, 'key');
    analyze runbook.task`);
  const client = await db.connect();
  const driver = JSON.stringify(
    (await client.query<{ driver: object }>("select sim.driver('long') as driver")).rows[0]?.driver,
  );
  let memory: object = {};
  const times: number[] = [];
  for (let tick = 0; tick < TICKS; tick += 1) {
    const from = performance.now();
    const { rows } = await client.query<{ p_memory: object }>({
      name: 'tick',
      text: "call runbook.tick('long', $1, '{}', $2, null)",
      values: [driver, JSON.stringify(memory)],
    });
    times.push(performance.now() - from);
    memory = rows[0]?.p_memory ?? {};
    if (tick % 3 === 0) {
      await client.query(
        "select sim.finish((select cookie from sim.worker where alive limit 1), 'done')",
      );
    }
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * times.length)] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

it('ten thousand tasks cost a call of the core about what ten do', async () => {
  const ten = await tickTimes(100);
  const many = await tickTimes(10_000);
  const told = ({ median, p95 }: typeof ten): string =>
    `median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
  console.log(`A call with 100 tasks: ${told(ten)}; with 10,000: ${told(many)}`);
  expect(many.median / ten.median).toBeLessThan(3);
}, 120_000);
