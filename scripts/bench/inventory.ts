import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOrThrow } from '../db/command.js';
import { startServer } from '../db/ensure.js';
import { ensureBuilt, libpqEnvironment } from '../demo/program.js';
import { inDatabase, makeDatabase, withClient } from '../demo/shop.js';
import { table } from '../demo/text.js';
import { quantile } from './statistics.js';

const MAIN = 'dist/cli/main.js';
const TEMPLATE = 'pg_runbook_bench_fleet';
const DEFAULT_DATABASES = 200;
const SHARDS = [1, 2, 4] as const;
const ROUNDS = 3;

/** Each process works on one database at a time, so that only the number of processes makes a difference. */
const INVENTORY_HEAD = `api_version: pg-runbook/inventory/v1
concurrency: 1
databases:
`;

/**
 * The first step counts how often its work was committed. It is called idempotent so that a shard that is
 * started again does it where a killed one had not launched it yet.
 */
const RUNBOOK = `api_version: pg-runbook/v1
name: bench-fleet
version: 1
budget: { workers: 1, keep_free: 0 }
defaults: { timeout: 1m, lock_timeout: 5s }
steps:
  - id: count
    sql: INSERT INTO effect VALUES (1)
    idempotent: true
  - id: analyze
    needs: [count]
    analyze: { tables: { include: [public.effect] } }
`;

interface Fleet {
  readonly serverUri: string;
  readonly folder: string;
  readonly names: readonly string[];
}

/** What a round came to, by the ledgers and the tables of all databases. */
interface Seen {
  readonly missed: number;
  readonly twice: number;
  readonly failed: number;
}

/**
 * How long a trivial runbook takes on many databases, by one process and by several that share the
 * inventory; and that none is worked on twice or missed, also when one of them is killed and started again.
 * @param args the number of databases.
 */
export async function benchInventory(args: readonly string[]): Promise<string> {
  const count = args[0] === undefined ? DEFAULT_DATABASES : Number(args[0]);
  if (!Number.isInteger(count) || count < Math.max(...SHARDS)) {
    throw new Error(`not a number of databases: ${args[0] ?? ''}`);
  }
  await ensureBuilt();
  const fleet = await makeFleet(await startServer(), count);
  try {
    const seconds = await timeAll(fleet);
    const killed = await killOne(fleet);
    return describe(count, seconds, killed);
  } finally {
    await dropAll(fleet);
    rmSync(fleet.folder, { recursive: true });
  }
}

async function makeFleet(serverUri: string, count: number): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-bench-'));
  const names = Array.from({ length: count }, (_, i) => `${TEMPLATE}_${String(i + 1)}`);
  const fleet = { serverUri, folder, names };
  await dropAll(fleet);
  const template = await makeDatabase(serverUri, TEMPLATE);
  await withClient(template, (client) =>
    client.query('CREATE EXTENSION pg_background; CREATE TABLE effect (n int)'),
  );
  // Databases that are worked on every night have a ledger.
  await runOrThrow(process.execPath, [MAIN, 'init'], { env: libpqEnvironment(template) });
  await withClient(serverUri, async (client) => {
    for (const name of names) {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY file_copy`);
    }
  });
  const entries = names.map((name, i) => `  - { name: d${String(i + 1)}, dsn: 'dbname=${name}' }`);
  writeFileSync(join(folder, 'inventory.yaml'), `${INVENTORY_HEAD}${entries.join('\n')}\n`);
  writeFileSync(join(folder, 'runbook.yaml'), RUNBOOK);
  return fleet;
}

async function dropAll({ serverUri, names }: Fleet): Promise<void> {
  await withClient(serverUri, async (client) => {
    for (const name of [...names, TEMPLATE]) {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  });
}

/** A shard's process; `seen` is called with what it has written so far. */
function startShard(
  { serverUri, folder }: Fleet,
  pass: string,
  shard: string,
): {
  readonly ended: Promise<number | null>;
  onText(seen: (text: string) => void): void;
  kill(): void;
} {
  const args = [MAIN, 'run', join(folder, 'runbook.yaml'), '--shard', shard, '--pass', pass];
  const more = ['--inventory', join(folder, 'inventory.yaml'), '--report', join(folder, pass)];
  const env = libpqEnvironment(serverUri);
  const child = spawn(process.execPath, [...args, ...more], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  return {
    ended: new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code, signal) => {
        if (code === 0 || signal === 'SIGKILL') resolve(code);
        else reject(new Error(`shard ${shard} ended with ${String(code)}:\n${text.slice(-2_000)}`));
      });
    }),
    onText: (seen) =>
      void child.stderr.on('data', () => {
        seen(text);
      }),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Each number of shards in turn, several times, so that a slow moment hits all of them alike. */
async function timeAll(fleet: Fleet): Promise<ReadonlyMap<number, readonly number[]>> {
  const seconds = new Map<number, number[]>(SHARDS.map((shards) => [shards, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const shards of SHARDS) {
      const pass = `${String(shards)}-shards-${String(round)}`;
      const start = performance.now();
      await Promise.all(
        Array.from(
          { length: shards },
          (_, i) => startShard(fleet, pass, `${String(i + 1)}/${String(shards)}`).ended,
        ),
      );
      seconds.get(shards)?.push((performance.now() - start) / 1_000);
      await requireEachOnce(fleet, pass);
    }
  }
  return seconds;
}

/** Four shards, of which the first is killed amid its work and started again. */
async function killOne(fleet: Fleet): Promise<{ readonly atWork: number }> {
  const pass = 'killed';
  const others = [2, 3, 4].map((i) => startShard(fleet, pass, `${String(i)}/4`).ended);
  const first = startShard(fleet, pass, '1/4');
  const enough = Math.max(1, Math.floor(fleet.names.length / 16));
  first.onText((text) => {
    if ((text.match(/ count\/1 launched/g) ?? []).length >= enough) first.kill();
  });
  if ((await first.ended) === 0) throw new Error('the shard ended before it was killed');
  const atWork = await openRuns(fleet, pass);
  await startShard(fleet, pass, '1/4').ended;
  await Promise.all(others);
  await requireEachOnce(fleet, pass);
  return { atWork };
}

async function openRuns(fleet: Fleet, pass: string): Promise<number> {
  const rows = await fromAll<{ open: boolean }>(
    fleet,
    'SELECT finished_at IS NULL AS open FROM runbook.run WHERE pass = $1',
    pass,
  );
  return rows.filter((row) => row?.open === true).length;
}

/** Throws when a database was missed, worked on twice, or did not succeed. */
async function requireEachOnce(fleet: Fleet, pass: string): Promise<void> {
  const rows = await fromAll<{ runs: number; succeeded: number; done: number; effects: number }>(
    fleet,
    `SELECT count(*) FILTER (WHERE pass = $1)::int AS runs,
            count(*) FILTER (WHERE pass = $1 AND status = 'succeeded')::int AS succeeded,
            count(*)::int AS done, (SELECT count(*)::int FROM effect) AS effects
       FROM runbook.run`,
    pass,
  );
  const seen: Seen = {
    missed: rows.filter((row) => row?.runs === 0).length,
    twice: rows.filter((row) => row === undefined || row.runs > 1 || row.effects !== row.done)
      .length,
    failed: rows.filter((row) => row?.succeeded !== 1).length,
  };
  if (Object.values(seen).every((n) => n === 0)) return;
  throw new Error(`pass ${pass}: ${JSON.stringify(seen)}`);
}

async function fromAll<Row extends object>(
  { serverUri, names }: Fleet,
  sql: string,
  pass: string,
): Promise<(Row | undefined)[]> {
  const rows: (Row | undefined)[] = [];
  for (const name of names) {
    const answer = await withClient(inDatabase(serverUri, name), (client) =>
      client.query<Row & Record<string, unknown>>(sql, [pass]),
    );
    rows.push(answer.rows[0]);
  }
  return rows;
}

function describe(
  count: number,
  seconds: ReadonlyMap<number, readonly number[]>,
  { atWork }: { readonly atWork: number },
): string {
  const medians = [...seconds].map(([shards, all]) => [shards, quantile(all, 0.5)] as const);
  const [, alone = 0] = medians[0] ?? [];
  const rows = medians.map(([shards, median]) => [
    `${String(shards)} process${shards === 1 ? '' : 'es'}`,
    `${median.toFixed(1)} s`,
    (count / median).toFixed(1),
    `${(alone / median).toFixed(2)} ×`,
  ]);
  const result = {
    ...{ bench: 'inventory', databases: count, cores: cpus().length, rounds: ROUNDS },
    seconds: Object.fromEntries(seconds),
    medians: Object.fromEntries(medians),
    speedup: Object.fromEntries(medians.map(([shards, median]) => [shards, alone / median])),
    killed: { at_work: atWork, missed: 0, twice: 0 },
  };
  return [
    `${String(count)} databases on a machine of ${String(cpus().length)} cores, server included; medians of ${String(ROUNDS)}`,
    table([['', 'median', 'databases/s', 'speed'], ...rows], [1, 2, 3]),
    `no database was missed or worked on twice, also when a shard was killed with ${String(atWork)} runs at work`,
    JSON.stringify(result),
  ].join('\n');
}
