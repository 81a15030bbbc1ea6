import { withClient } from '../../demo/shop.js';
import { say } from '../../db/log.js';
import type { BenchServer } from '../bench-server.js';
import { runRunbook } from '../ours.js';
import { limited, type LimitResult } from './limit.js';

const SIZES = [1_000, 10_000, 50_000] as const;
const INDEXES_PER_TABLE = 5;

/** Each index is a task. */
const STEPS = `- id: reindex
  reindex: { indexes: { include: ["tasks.*"] }, concurrently: false }
  concurrency: 4`;

/** Peak of the resident set of a run, by its number of tasks. */
export async function memory(server: BenchServer): Promise<LimitResult[]> {
  const peaks: number[] = [];
  for (const tasks of SIZES) {
    const uri = await server.database(`tasks_${String(tasks)}`);
    await makeIndexes(uri, tasks);
    const { mb, ms, report } = await runRunbook(uri, STEPS, { usage: 'told' });
    const done = report.steps.reduce((sum, step) => sum + step.tasks.length, 0);
    if (done !== tasks) throw new Error(`${String(done)} tasks instead of ${String(tasks)}`);
    say(`bench: ${String(tasks)} tasks, ${mb.toFixed(0)} MB, ${(ms / 1000).toFixed(0)} s`);
    peaks.push(mb);
  }
  const [small = 0, middle = 0, large = 0] = peaks;
  const growth = [(middle - small) / 9, (large - middle) / 40].map((mb) => mb.toFixed(1));
  say(`bench: MB for each 1,000 tasks, up to 10,000 and up to 50,000: ${growth.join(', ')}`);
  return [
    limited('memory of a run of 1,000 tasks', small, 120, 'MB'),
    limited('memory of a run of 10,000 tasks', middle, 120, 'MB'),
  ];
}

async function makeIndexes(uri: string, count: number): Promise<void> {
  await withClient(uri, async (client) => {
    await client.query('CREATE SCHEMA tasks');
    for (let table = 0; table < count / INDEXES_PER_TABLE; table += 1) {
      const name = `tasks.t${String(table)}`;
      await client.query(
        `CREATE TABLE ${name} (a int, b int, c int, d int, e int) WITH (autovacuum_enabled = false);
         CREATE INDEX ON ${name} (a); CREATE INDEX ON ${name} (b); CREATE INDEX ON ${name} (c);
         CREATE INDEX ON ${name} (d); CREATE INDEX ON ${name} (e)`,
      );
    }
  });
}
