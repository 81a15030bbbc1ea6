/**
 * `npm run demo`: a server, a shop with some busy weeks behind it, the plan of a night's maintenance, the
 * run, and what it bought; then a backfill and the rebuild of an index.
 * `-- --database NAME --reports FOLDER` choose another place.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { startServer } from '../db/ensure.js';
import { GIVEN_DSN } from '../db/given-dsn.js';
import { balance, stepTable } from './balance.js';
import { measure } from './measure.js';
import { ensureBuilt, libpqEnvironment, planText, ROOT, runProgram } from './program.js';
import { NIGHT, REPAIRS, type DemoRun } from './runs.js';
import { makeDatabase, runFile, SHOP_FILES, withClient } from './shop.js';

interface Place {
  readonly uri: string;
  /** Of the reports. */
  readonly folder: string;
}

const fileOf = ({ name }: DemoRun): string => `runbooks/${name}.yaml`;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const title = (text: string): void => {
  say(`\n== ${text}`);
};

async function prepareShop(uri: string): Promise<void> {
  const start = Date.now();
  await withClient(uri, async (client) => {
    for (const file of SHOP_FILES) await runFile(client, file, 1);
  });
  say(`  loaded and worn in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** @returns the report; undefined: the run has failed, and said why. */
async function show(run: DemoRun, { uri, folder }: Place): Promise<ReportV1 | undefined> {
  await run.first?.(uri);
  const env = libpqEnvironment(uri);
  // Where nobody can watch, nothing is made slow.
  const slowly = process.stderr.isTTY ? run.slowly : undefined;
  const args = ['run', fileOf(run), ...(slowly?.args ?? [])];
  title(`pg-runbook ${args.join(' ')}`);
  say(`  ${run.purpose}`);
  if (slowly !== undefined) say(`  (${slowly.note})`);
  const settings = (slowly?.settings ?? []).map((setting) => `-c ${setting}`);
  const options = [env['PGOPTIONS'] ?? '', ...settings].join(' ').trim();
  const report = join(folder, `demo-${run.name}.json`);
  process.exitCode = await runProgram([...args, '--report', report], {
    ...env,
    PGOPTIONS: options,
  });
  if (process.exitCode !== 0) return undefined;
  return JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
}

async function demo(database: string, folder: string): Promise<void> {
  await ensureBuilt();
  const server = await startServer();
  title(`A small shop in database ${database}`);
  const uri = await makeDatabase(server, database);
  await prepareShop(uri);
  const before = await withClient(uri, measure);

  title(`pg-runbook plan ${fileOf(NIGHT)}`);
  say((await planText([fileOf(NIGHT)], libpqEnvironment(uri))).trimEnd());

  const reports: ReportV1[] = [];
  for (const run of [NIGHT, ...REPAIRS]) {
    const report = await show(run, { uri, folder });
    if (report === undefined) return;
    reports.push(report);
    if (run !== NIGHT) continue;
    title('What it bought, by the catalogs');
    say(balance(before, await withClient(uri, measure)));
  }

  title('Step by step, by the evidence in the reports');
  say(stepTable(reports));
  say(`\nThe reports: ${join(folder, 'demo-*.json')}`);
  if ((process.env[GIVEN_DSN] ?? '') === '') {
    say(
      'The server stays up: npm run --silent db:start prints its URI,\n  npm run db:stop stops it.',
    );
  }
}

try {
  const { values } = parseArgs({
    options: {
      database: { type: 'string', default: 'pg_runbook_demo' },
      reports: { type: 'string', default: 'pg-runbook-reports' },
    },
  });
  process.chdir(ROOT);
  await demo(values.database, values.reports);
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
