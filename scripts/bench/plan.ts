import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../db/command.js';
import { startServer } from '../db/ensure.js';
import { ensureBuilt, libpqEnvironment } from '../demo/program.js';
import { makeDatabase, withClient } from '../demo/shop.js';

const TABLES = 20_000;
const ROUNDS = 5;
const MOST_SECONDS = 5;
const MOST_MB = 250;

const RUNBOOK = `api_version: pg-runbook/v1
name: bench-plan
version: 1
defaults: { timeout: 30m, lock_timeout: 5s }
steps:
  - id: vacuum
    vacuum: { tables: { include: ["many.*"] }, options: { analyze: true } }
  - id: reindex
    needs: [vacuum]
    reindex: { indexes: { include: ["many.*"], order_by: bloat }, concurrently: true }
`;

/** In many transactions: one could not hold so many locks. */
const FILL = `DO $$ BEGIN
  FOR i IN 1..${String(TABLES)} LOOP
    EXECUTE format('CREATE TABLE many.t%s (id int PRIMARY KEY, a text, b int) WITH (autovacuum_enabled = false)', i);
    EXECUTE format('CREATE INDEX ON many.t%s (b, a)', i);
    IF i % 500 = 0 THEN COMMIT; END IF;
  END LOOP;
END $$`;

const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => console.error("maxRSS", process.resourceUsage().maxRSS))',
)}`;

interface Round {
  readonly seconds: number;
  readonly mb: number;
}

/** How long the whole command takes, and the most memory that its process had. */
async function measure(uri: string, args: readonly string[]): Promise<Round> {
  const start = performance.now();
  const { code, stdout, stderr } = await run(
    process.execPath,
    ['--import', TELL_MEMORY, 'dist/cli/main.js', 'plan', ...args],
    { env: libpqEnvironment(uri) },
  );
  const seconds = (performance.now() - start) / 1000;
  const kB = Number(/maxRSS (\d+)/.exec(stderr)?.[1]);
  if (code !== 0 || Number.isNaN(kB)) throw new Error(`plan ended with ${String(code)}: ${stderr}`);
  if (!stdout.includes(`many.t${String(TABLES)}`)) throw new Error('the plan lacks a table');
  return { seconds, mb: kB / 1024 };
}

/** How long a plan against a catalog of 20,000 tables with two indexes each takes, and its memory. */
export async function benchPlan(): Promise<string> {
  await ensureBuilt();
  const uri = await makeDatabase(await startServer(), 'pg_runbook_bench');
  await withClient(uri, async (client) => {
    await client.query('CREATE EXTENSION pg_background');
    await client.query('CREATE SCHEMA many');
    await client.query(FILL);
    await client.query('ANALYZE');
  });
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-bench-'));
  const file = join(folder, 'bench.yaml');
  const rounds: Record<'text' | 'json', Round[]> = { text: [], json: [] };
  try {
    writeFileSync(file, RUNBOOK);
    for (let i = 0; i < ROUNDS; i += 1) {
      for (const format of ['text', 'json'] as const) {
        rounds[format].push(await measure(uri, [file, '--format', format]));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return [
    ...Object.entries(rounds).map(([format, all]) => `${format}: ${all.map(describe).join('; ')}`),
    `wanted: ${String(MOST_SECONDS)} s and ${String(MOST_MB)} MB at most`,
  ].join('\n');
}

function describe({ seconds, mb }: Round): string {
  return `${seconds.toFixed(1)} s, ${mb.toFixed(0)} MB`;
}
