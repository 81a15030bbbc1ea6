/**
 * `npm run demo`: a server, a shop with some busy weeks behind it, the plan of a night's maintenance,
 * the run, and what it bought. `-- --database NAME --report PATH` choose another place.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { startServer } from '../db/ensure.js';
import { GIVEN_DSN } from '../db/given-dsn.js';
import { balance, stepTable } from './balance.js';
import { measure } from './measure.js';
import { ensureBuilt, libpqEnvironment, planText, ROOT, runProgram } from './program.js';
import { makeDatabase, runFile, SHOP_FILES, withClient } from './shop.js';

const RUNBOOK = 'runbooks/nightly-maintenance.yaml';

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

/** The shop is small: where somebody can watch, VACUUM and ANALYZE take their time, as on a busy server. */
function watchable(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!process.stderr.isTTY) return env;
  const slow = '-c vacuum_cost_delay=10ms -c vacuum_cost_limit=100 -c vacuum_cost_page_hit=10';
  say('  (VACUUM and ANALYZE are slowed by vacuum_cost_delay, so that their bars can be seen)');
  return { ...env, PGOPTIONS: `${env['PGOPTIONS'] ?? ''} ${slow}`.trim() };
}

async function demo(database: string, reportPath: string): Promise<number> {
  await ensureBuilt();
  const server = await startServer();
  title(`A small shop in database ${database}`);
  const uri = await makeDatabase(server, database);
  await prepareShop(uri);
  const env = libpqEnvironment(uri);
  const before = await withClient(uri, measure);

  title(`pg-runbook plan ${RUNBOOK}`);
  say((await planText([RUNBOOK], env)).trimEnd());

  title(`pg-runbook run ${RUNBOOK}`);
  const code = await runProgram(['run', RUNBOOK, '--report', reportPath], watchable(env));
  if (code !== 0) return code;

  title('What it bought, by the catalogs');
  say(balance(before, await withClient(uri, measure)));
  title('Step by step, by the evidence in the report');
  say(stepTable(JSON.parse(readFileSync(reportPath, 'utf8')) as ReportV1));
  say(`\nThe report: ${reportPath}`);
  if ((process.env[GIVEN_DSN] ?? '') === '') {
    say(
      'The server stays up: npm run --silent db:start prints its URI,\n  npm run db:stop stops it.',
    );
  }
  return 0;
}

try {
  const { values } = parseArgs({
    options: {
      database: { type: 'string', default: 'pg_runbook_demo' },
      report: { type: 'string', default: 'pg-runbook-reports/demo.json' },
    },
  });
  process.chdir(ROOT);
  process.exitCode = await demo(values.database, values.report);
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
