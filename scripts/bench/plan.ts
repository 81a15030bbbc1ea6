import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../db/ensure.js';
import { ensureBuilt } from '../demo/program.js';
import { makeDatabase, withClient } from '../demo/shop.js';
import { runCommand, withFolder } from './ours.js';

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

interface Round {
  readonly seconds: number;
  readonly mb: number;
}

/** How long the whole command takes, and the most memory that its process had. */
async function measure(uri: string, args: readonly string[]): Promise<Round> {
  const { ms, mb, stdout } = await runCommand(['plan', ...args], uri, 'told');
  if (!stdout.includes(`many.t${String(TABLES)}`)) throw new Error('the plan lacks a table');
  return { seconds: ms / 1000, mb };
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
  const rounds: Record<'text' | 'json', Round[]> = { text: [], json: [] };
  await withFolder(async (folder) => {
    const file = join(folder, 'bench.yaml');
    writeFileSync(file, RUNBOOK);
    for (let i = 0; i < ROUNDS; i += 1) {
      for (const format of ['text', 'json'] as const) {
        rounds[format].push(await measure(uri, [file, '--format', format]));
      }
    }
  });
  return [
    ...Object.entries(rounds).map(([format, all]) => `${format}: ${all.map(describe).join('; ')}`),
    `wanted: ${String(MOST_SECONDS)} s and ${String(MOST_MB)} MB at most`,
  ].join('\n');
}

function describe({ seconds, mb }: Round): string {
  return `${seconds.toFixed(1)} s, ${mb.toFixed(0)} MB`;
}
