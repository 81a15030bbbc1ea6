import { withClient } from '../../demo/shop.js';
import type { BenchServer } from '../bench-server.js';
import { endsIn, runRunbook } from '../ours.js';
import { median, quantile } from '../statistics.js';
import { limited, type LimitResult } from './limit.js';

const TASKS = 120;
/** From 30 ms to 5 s, as many short as long ones. */
const seconds = (i: number): string => (0.03 * (5 / 0.03) ** (i / (TASKS - 1))).toFixed(3);

const STEPS = Array.from(
  { length: TASKS },
  (_, i) => `- id: s${String(i)}\n  sql: SELECT pg_sleep(${seconds((i * 37) % TASKS)})`,
).join('\n');

/** From the end of a worker's work, by its own clock, to the recorded outcome. */
export async function latency(server: BenchServer): Promise<LimitResult[]> {
  const uri = await server.database('latency');
  const { stderr } = await runRunbook(uri, STEPS, { args: ['--log-format', 'json'] });
  const recordedAt = endsIn(stderr);
  const completedAt = await completions(uri);
  const all = [...completedAt].map(([task, at]) => (recordedAt.get(task) ?? Number.NaN) - at);
  if (all.length !== TASKS || all.some(Number.isNaN)) throw new Error('a task did not end');
  const name = 'from a worker’s end to its recorded outcome';
  return [
    limited(`${name}: median`, median(all), 50, 'ms'),
    limited(`${name}: p95`, quantile(all, 0.95), 300, 'ms'),
  ];
}

/** When the workers left their completion markers, by task, in ms since 1970. */
async function completions(uri: string): Promise<Map<string, number>> {
  return withClient(uri, async (client) => {
    const { rows } = await client.query<{ task: string; at: string }>(
      `SELECT concat(a.step_id, '/', a.task_no) AS task, extract(epoch FROM c.completed_at) * 1000 AS at
         FROM runbook.completion c JOIN runbook.attempt a USING (attempt_id)`,
    );
    return new Map(rows.map(({ task, at }) => [task, Number(at)]));
  });
}
