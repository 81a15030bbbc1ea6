import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { runOrThrow } from '../db/command.js';
import { startServer } from '../db/ensure.js';
import { ensureBuilt, libpqEnvironment } from '../demo/program.js';
import { makeDatabase, withClient } from '../demo/shop.js';
import { PointUpdates } from './point-updates.js';
import { median } from './statistics.js';

const ROWS = 1_000_000;
const ROUNDS = 5;
const TARGET_MS = 500;

const RUNBOOK = `api_version: pg-runbook/v1
name: bench-backfill
version: 1
defaults: { timeout: 30m }
budget: { workers: 2, keep_free: 0 }
steps:
  - id: walk
    backfill:
      table: public.bench
      key: id
      set: { norm: lower(name), hits: hits + 1 }
      batch: { target_duration: ${String(TARGET_MS)}ms }
`;

async function fill(uri: string): Promise<void> {
  await withClient(uri, async (client) => {
    await client.query(`DROP TABLE IF EXISTS bench;
      CREATE TABLE bench (id bigint PRIMARY KEY, name text NOT NULL, norm text, hits int NOT NULL DEFAULT 0, pad text);
      INSERT INTO bench SELECT i, 'Name ' || i, NULL, 0, repeat('x', i % 100) FROM generate_series(1, ${String(ROWS)}) i`);
    await client.query('VACUUM ANALYZE bench');
    await client.query('CHECKPOINT');
  });
}

async function plainUpdate(uri: string): Promise<number> {
  return withClient(uri, async (client) => {
    const start = performance.now();
    await client.query('UPDATE bench SET norm = lower(name), hits = hits + 1');
    return performance.now() - start;
  });
}

async function backfill(uri: string, folder: string): Promise<ReportV1> {
  const [file, report] = [join(folder, 'bench.yaml'), join(folder, 'bench.json')];
  writeFileSync(file, RUNBOOK);
  const args = ['dist/cli/main.js', 'run', file, '--report', report];
  await runOrThrow(process.execPath, args, { env: libpqEnvironment(uri) });
  return JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
}

/** From the launch of its first worker to the proof that it is done. */
function durationOf(report: ReportV1): number {
  const [step] = report.steps;
  const [from, to] = [step?.started_at ?? '', step?.finished_at ?? ''].map((at) => Date.parse(at));
  if (from === undefined || to === undefined || Number.isNaN(to - from)) {
    throw new Error('it did not end');
  }
  return to - from;
}

async function requireOnce(uri: string): Promise<void> {
  const { rows } = await withClient(uri, (client) =>
    client.query<{ hits: number }>('SELECT DISTINCT hits FROM bench WHERE norm = lower(name)'),
  );
  if (rows.length !== 1 || rows[0]?.hits !== 1) throw new Error('not every row was changed once');
}

interface Round {
  readonly plainMs: number;
  readonly batchedMs: number;
  readonly longestWaitMs: number;
  readonly updates: number;
}

async function round(uri: string, folder: string): Promise<Round> {
  await fill(uri);
  const plainMs = await plainUpdate(uri);
  await fill(uri);
  const batchedMs = durationOf(await backfill(uri, folder));
  await requireOnce(uri);
  await fill(uri);
  const others = await PointUpdates.start(uri, ROWS);
  await backfill(uri, folder);
  const { longestMs, count } = await others.stop();
  return { plainMs, batchedMs, longestWaitMs: longestMs, updates: count };
}

function perSecond(ms: number): string {
  return `${new Intl.NumberFormat('en').format(Math.round((ROWS * 1000) / ms))} rows/s`;
}

/**
 * A backfill of a million rows by one worker beside one plain UPDATE of the same rows, and what it
 * does to another session's point updates on the table.
 */
export async function benchBackfill(): Promise<string> {
  await ensureBuilt();
  const uri = await makeDatabase(await startServer(), 'pg_runbook_bench');
  await withClient(uri, (client) => client.query('CREATE EXTENSION pg_background'));
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-bench-'));
  const rounds: Round[] = [];
  try {
    for (let i = 0; i < ROUNDS; i += 1) rounds.push(await round(uri, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const lines = rounds.map(
    ({ plainMs, batchedMs, longestWaitMs, updates }) =>
      `plain UPDATE ${perSecond(plainMs)}, backfill ${perSecond(batchedMs)}: ratio ${(plainMs / batchedMs).toFixed(2)}; ` +
      `of ${String(updates)} point updates beside it the longest took ${longestWaitMs.toFixed(0)} ms`,
  );
  const ratio = median(rounds.map(({ plainMs, batchedMs }) => plainMs / batchedMs));
  const longest = Math.max(...rounds.map(({ longestWaitMs }) => longestWaitMs));
  return [
    ...lines,
    `median ratio ${ratio.toFixed(2)} (wanted: 0.8 or more); longest wait ${longest.toFixed(0)} ms ` +
      `(wanted: ${String(2 * TARGET_MS)} ms or less)`,
  ].join('\n');
}
