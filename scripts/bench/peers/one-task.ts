import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from '../../demo/shop.js';
import { endsIn, runRunbook } from '../ours.js';
import { median } from '../statistics.js';

/** One after another, in one process. */
const TASKS = 60;

const STEPS = Array.from({ length: TASKS }, (_, i) => `- id: s${String(i)}\n  sql: SELECT 1`).join(
  '\n',
);

/** From the launch call of a task to its recorded outcome, in ms: the median of many. */
export async function oneTask(uri: string): Promise<number> {
  const { report, stderr } = await runRunbook(uri, STEPS, {
    workers: 1,
    args: ['--log-format', 'json'],
  });
  const launchedAt = new Map(
    report.steps
      .flatMap(({ tasks }) => tasks)
      .map(({ id, attempts }) => [id, Date.parse(attempts[0]?.launched_at ?? '')]),
  );
  const ends = [...endsIn(stderr)];
  if (ends.length !== TASKS) throw new Error(`${String(ends.length)} tasks ended`);
  return median(ends.map(([task, at]) => at - (launchedAt.get(task) ?? Number.NaN)));
}

/** The least that one can do with the extension: launch, ask until it has ended, let it go. */
export async function bareTask(uri: string): Promise<number> {
  return withClient(uri, async (client) => {
    const all: number[] = [];
    for (let i = 0; i < TASKS; i += 1) {
      const from = performance.now();
      const { rows } = await client.query<{ pid: number; cookie: string }>(
        "SELECT (h).pid, (h).cookie FROM (SELECT pg_background_launch('SELECT 1') AS h OFFSET 0) s",
      );
      const handle = [rows[0]?.pid, rows[0]?.cookie];
      while (!(await hasEnded(client, handle))) await sleep(1);
      await client.query('SELECT pg_background_detach($1, $2)', handle);
      all.push(performance.now() - from);
    }
    return median(all);
  });
}

async function hasEnded(
  client: { query: (sql: string, values: unknown[]) => Promise<{ rows: unknown[] }> },
  handle: unknown[],
): Promise<boolean> {
  const sql = "SELECT FROM pg_background_outcome($1, $2) o WHERE o.state = 'stopped'";
  return (await client.query(sql, handle)).rows.length > 0;
}
