import type { ReportV1 } from '../../src/generated/report.v1.js';
import { ensureBuilt } from '../demo/program.js';
import { withClient } from '../demo/shop.js';
import { withBenchServer } from './bench-server.js';
import { runRunbook } from './ours.js';
import { PointUpdates } from './point-updates.js';

const ROWS = 1_000_000;
const ROUNDS = 5;
const TARGET_MS = 500;

const WALK = `- id: walk
  backfill:
    table: public.bench
    key: id
    set: { norm: lower(name), hits: hits + 1 }
    batch: { target_duration: ${String(TARGET_MS)}ms }`;

/** What one would do without us. */
export const PLAIN_UPDATE = 'UPDATE bench SET norm = lower(name), hits = hits + 1';

/** Makes the table anew, with rows that were never changed. */
export async function fill(uri: string): Promise<void> {
  await withClient(uri, async (client) => {
    await client.query(`DROP TABLE IF EXISTS bench;
      CREATE TABLE bench (id bigint PRIMARY KEY, name text NOT NULL, norm text, hits int NOT NULL DEFAULT 0, pad text);
      INSERT INTO bench SELECT i, 'Name ' || i, NULL, 0, repeat('x', i % 100) FROM generate_series(1, ${String(ROWS)}) i`);
    await client.query('VACUUM ANALYZE bench');
    await client.query('CHECKPOINT');
  });
}

/**
 * Walks the table, and looks whether each row was changed once.
 * @returns how long the whole command took, in ms.
 */
export async function backfill(uri: string): Promise<number> {
  const { ms, report } = await runRunbook(uri, WALK);
  requireSucceeded(report);
  const { rows } = await withClient(uri, (client) =>
    client.query<{ hits: number }>('SELECT DISTINCT hits FROM bench WHERE norm = lower(name)'),
  );
  if (rows.length !== 1 || rows[0]?.hits !== 1) throw new Error('not every row was changed once');
  return ms;
}

export function requireSucceeded({ run }: ReportV1): void {
  if (run.status !== 'succeeded') throw new Error(`the run ended as ${run.status}`);
}

async function longestWait(uri: string): Promise<string> {
  await fill(uri);
  const others = await PointUpdates.start(uri, ROWS);
  await backfill(uri);
  const { longestMs, count } = await others.stop();
  return `of ${String(count)} point updates the longest took ${longestMs.toFixed(0)} ms`;
}

/** What a backfill of a million rows does to another session's point updates on the table. */
export async function benchBackfill(): Promise<string> {
  await ensureBuilt();
  return withBenchServer(async (server) => {
    const uri = await server.database('backfill');
    const rounds: string[] = [];
    for (let i = 0; i < ROUNDS; i += 1) rounds.push(await longestWait(uri));
    return [...rounds, `wanted: ${String(2 * TARGET_MS)} ms or less`].join('\n');
  });
}
