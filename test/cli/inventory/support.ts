import { readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Database, InventoryReportV1 } from '../../../src/generated/inventory-report.v1.js';
import { runCli, type CliOptions, type CliResult } from '../../support/cli.js';
import type { TestDatabase } from '../../support/database.js';
import { expectValidInventoryReport } from '../../support/report-schema.js';

/** A password that is found when it shows somewhere; where the server trusts everybody, any will do. */
export function passwordOf(db: TestDatabase): string {
  const { password } = new URL(db.uri);
  return password === '' ? 'hUsh-7q' : password;
}

/** An entry of an inventory, its password in the DSN as it should not be. */
export function entry(name: string, db: TestDatabase, more = ''): string {
  const url = new URL(db.uri);
  url.password = passwordOf(db);
  return `  - { name: ${name}, dsn: '${url.href}'${more} }`;
}

/** Writes an inventory of the databases, called `d1`, `d2` …, and further entries. */
export function writeInventory(
  folder: string,
  databases: readonly TestDatabase[],
  { head = '', more = [] as readonly string[] } = {},
): string {
  const path = join(folder, `inventory-${randomBytes(4).toString('hex')}.yaml`);
  const entries = [...databases.map((db, i) => entry(`d${String(i + 1)}`, db)), ...more];
  const text = `api_version: pg-runbook/inventory/v1\n${head}databases:\n${entries.join('\n')}\n`;
  writeFileSync(path, text);
  return path;
}

/** A runbook of one SQL step, with a name that no other test has. */
export function writeRunbook(
  folder: string,
  sql: string,
  more = '',
): { file: string; name: string } {
  const name = `fleet-${randomBytes(4).toString('hex')}`;
  const file = join(folder, `${name}.yaml`);
  const head = `api_version: pg-runbook/v1\nname: ${name}\nversion: 1\nbudget: { workers: 1, keep_free: 0 }\n`;
  writeFileSync(
    file,
    `${head}defaults: { timeout: 60s, lock_timeout: 5s }\nsteps:\n  - id: one\n    sql: ${sql}\n    idempotent: true\n${more}`,
  );
  return { file, name };
}

export interface FleetResult extends CliResult {
  readonly summary: InventoryReportV1;
  readonly reports: string;
}

/** Runs an inventory through the built program, and reads the summary that it wrote. */
export async function runFleet(
  folder: string,
  file: string,
  inventory: string,
  args: readonly string[] = [],
  options: CliOptions = {},
): Promise<FleetResult> {
  const reports = join(folder, `reports-${randomBytes(4).toString('hex')}`);
  const result = await runCli(
    ['run', file, '--inventory', inventory, '--report', reports, ...args],
    options,
  );
  const [, shard] = /--shard (\S+)/.exec(args.join(' ')) ?? [];
  const part = shard === undefined ? '' : `-${shard.replace('/', '-of-')}`;
  const path = join(reports, `summary${part}.json`);
  const summary = JSON.parse(readFileSync(path, 'utf8')) as InventoryReportV1;
  expectValidInventoryReport(summary);
  return { ...result, summary, reports };
}

export function databaseOf({ summary }: FleetResult, name: string): Database {
  const found = summary.databases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the summary has no database ${name}`);
  return found;
}

interface LedgerRun {
  readonly database: string;
  readonly run_id: string;
  readonly status: string;
  readonly ended: boolean;
  readonly attempts: number;
}

/** What the ledgers of the databases have of a runbook, and of a pass of it. */
export async function ledgerRuns(
  databases: readonly TestDatabase[],
  runbook: string,
  pass?: string,
): Promise<LedgerRun[]> {
  const all = databases.map(async (db) => {
    const [ledger] = await db.rows<{ there: boolean }>(
      `select to_regclass('runbook.run') is not null as there`,
    );
    if (ledger?.there !== true) return [];
    return db.rows<LedgerRun>(
      `select current_database() as database, run_id, status, finished_at is not null as ended,
              (select count(*)::int from runbook.attempt a where a.run_id = r.run_id) as attempts
         from runbook.run r where runbook_name = $1 and ($2::text is null or pass = $2)`,
      [runbook, pass ?? null],
    );
  });
  return (await Promise.all(all)).flat();
}

/** Every database has just one run of the pass, and that has ended. */
export async function expectOneRunEach(
  databases: readonly TestDatabase[],
  runbook: string,
  pass: string,
): Promise<void> {
  const runs = await ledgerRuns(databases, runbook, pass);
  expect(runs.map(({ database }) => database).sort()).toEqual(
    databases.map(({ name }) => name).sort(),
  );
  expect(runs.filter(({ ended }) => !ended)).toEqual([]);
}
