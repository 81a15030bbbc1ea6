import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { run } from '../db/command.js';
import { startServer } from '../db/ensure.js';
import { ensureBuilt, libpqEnvironment } from '../demo/program.js';
import { makeDatabase, withClient } from '../demo/shop.js';
import { table } from '../demo/text.js';
import { fillPgbench, runPgbench, type Load, type Transaction } from './pgbench.js';
import { quantile } from './statistics.js';

const SCALE = 10;
const ROUNDS = 3;
/** Well below what the machine can do, so that latency says something. */
const LOAD: Load = { clients: 8, perSecond: 200, seconds: 25 };
const BEGINS_AFTER_MS = 3_000;

/** The nightly example's steps, on pgbench's tables. */
const NIGHTLY = `api_version: pg-runbook/v1
name: bench-nightly
version: 1
budget: { workers: 2, keep_free: 0 }
defaults: { timeout: 5m, lock_timeout: 5s, on_failure: continue }
steps:
  - id: old-history
    sql: DELETE FROM pgbench_history WHERE mtime < now() - interval '10 seconds'
    idempotent: true
  - id: vacuum-hot
    needs: [old-history]
    vacuum: { tables: { include: ["public.pgbench_*"] } }
  - id: analyze
    needs: [vacuum-hot]
    analyze: { tables: { include: ["public.pgbench_*"] } }
  - id: reindex
    needs: [analyze]
    reindex: { indexes: { include: ["public.pgbench_*"] } }
    retry: { attempts: 3, delay: 1s, on: [lock_not_available, deadlock_detected] }
  - id: refresh
    needs: [analyze]
    refresh: { views: { include: ["public.*"] }, concurrently: true }
`;

/** A rewrite that waits behind a reader, and holds up all who come after it. */
const rewrite = (bystanders: string): string => `api_version: pg-runbook/v1
name: bench-rewrite
version: 1
budget: { workers: 2, keep_free: 0 }
bystanders: ${bystanders}
defaults: { timeout: 5m, lock_timeout: 10s, on_failure: continue }
steps:
  - id: rewrite
    vacuum: { tables: { include: ["public.pgbench_branches"] }, options: { full: true } }
`;

const GUARDS = {
  'bystanders by default': '{}',
  'no bystanders': '{ max_blocked: 1000, for: 10m }',
};
const READER_MS = 15_000;

/** Dead rows for VACUUM, and indexes worth a rebuild. */
const WEAR = `UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid % 3 = 0`;

interface Outcome {
  readonly ms: number[];
  readonly status: string;
  readonly seconds: number;
}

/**
 * What the clients of a busy database feel of a run: pgbench's latency without and with it, in turn; and
 * what the bystander guard spares them.
 */
export async function benchBeside(): Promise<string> {
  await ensureBuilt();
  const uri = await makeDatabase(await startServer(), 'pg_runbook_bench');
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-bench-'));
  try {
    await withClient(uri, (client) => client.query('CREATE EXTENSION pg_background'));
    await fillPgbench(uri, SCALE);
    await withClient(uri, async (client) => {
      await client.query(`CREATE MATERIALIZED VIEW totals AS SELECT bid, sum(abalance) FROM pgbench_accounts GROUP BY bid;
        CREATE UNIQUE INDEX ON totals (bid)`);
    });
    return [await benchNightly(uri, folder), await benchGuard(uri, folder)].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchNightly(uri: string, folder: string): Promise<string> {
  const all = { without: [] as number[], with: [] as number[] };
  const notes: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await withClient(uri, (client) => client.query(WEAR));
    const beside = await loadBeside(uri, folder, NIGHTLY, () => Promise.resolve());
    await withClient(uri, (client) => client.query(WEAR));
    const alone = await runPgbench(uri, { ...LOAD, seconds: Math.ceil(beside.seconds) + 3 });
    all.with.push(...beside.ms);
    all.without.push(...alone.slice(LOAD.perSecond).map(({ ms }) => ms));
    notes.push(`${beside.status} in ${beside.seconds.toFixed(1)} s`);
  }
  const title = `pgbench, scale ${String(SCALE)}, ${String(LOAD.perSecond)} transactions/s, beside a nightly run (${notes.join(', ')})`;
  return [title, latencies({ 'without a run': all.without, 'with a run': all.with })].join('\n');
}

async function benchGuard(uri: string, folder: string): Promise<string> {
  const seen: Record<string, number[]> = {};
  const notes: string[] = [];
  for (const [name, bystanders] of Object.entries(GUARDS)) {
    const { ms, status, seconds } = await loadBeside(uri, folder, rewrite(bystanders), () =>
      withClient(uri, async (reader) => {
        await reader.query('BEGIN; SELECT count(*) FROM pgbench_branches');
        await sleep(READER_MS);
        await reader.query('COMMIT');
      }),
    );
    seen[name] = ms;
    notes.push(`${name}: ${status} in ${seconds.toFixed(1)} s`);
  }
  const title = `VACUUM FULL behind a reader of ${String(READER_MS / 1000)} s (${notes.join(', ')})`;
  return [title, latencies(seen)].join('\n');
}

/** What clients see between the start of a run and its end. */
async function loadBeside(
  uri: string,
  folder: string,
  runbook: string,
  meanwhile: () => Promise<void>,
): Promise<Outcome> {
  const [file, path] = [join(folder, 'bench.yaml'), join(folder, 'bench.json')];
  writeFileSync(file, runbook);
  const load = runPgbench(uri, LOAD);
  await sleep(BEGINS_AFTER_MS);
  const other = meanwhile();
  const args = ['dist/cli/main.js', 'run', file, '--allow-changed', '--report', path];
  const { stderr } = await run(process.execPath, args, { env: libpqEnvironment(uri) });
  await other;
  const { run: done, steps } = JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
  const from = Date.parse(steps[0]?.started_at ?? '');
  const to = Date.parse(done.finished_at ?? '');
  if (Number.isNaN(to - from)) throw new Error(`the run did not end: ${stderr}`);
  const transactions = await load;
  return { ms: within(transactions, from, to), status: done.status, seconds: (to - from) / 1000 };
}

/** Transactions that were at it in a time. */
function within(transactions: readonly Transaction[], from: number, to: number): number[] {
  return transactions
    .filter(({ endedAt, ms }) => endedAt >= from && endedAt - ms <= to)
    .map(({ ms }) => ms);
}

function latencies(all: Readonly<Record<string, readonly number[]>>): string {
  const rows = Object.entries(all).map(([name, ms]) => [
    name,
    String(ms.length),
    ...[0.5, 0.95, 0.99].map((share) => `${quantile(ms, share).toFixed(1)} ms`),
    `${Math.max(...ms).toFixed(0)} ms`,
    String(ms.filter((one) => one > 1000).length),
  ]);
  const head = ['', 'transactions', 'p50', 'p95', 'p99', 'longest', 'over 1 s'];
  return table([head, ...rows], [1, 2, 3, 4, 5, 6]);
}
