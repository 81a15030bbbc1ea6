import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { run } from '../../db/command.js';
import { libpqEnvironment } from '../../demo/program.js';
import { withClient } from '../../demo/shop.js';
import { contradictions, lookBefore } from './oracle.js';
import { CHANGES, drawScenario, fixture, runbookOf, type Scenario } from './scenario.js';

const MAIN = 'dist/cli/main.js';

export interface Seen {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly status: string;
  /** What the database contradicts. */
  readonly wrong: readonly string[];
}

/**
 * Runs a small runbook while somebody changes what it works on, and compares what is claimed with the database.
 * @param uri of a database with pg_background, whose schema `s` is ours.
 */
export async function tryClaim(uri: string, seed: number): Promise<Seen> {
  const scenario = drawScenario(seed);
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-claims-'));
  try {
    return await withClient(uri, async (client) => {
      await client.query(fixture(scenario));
      const before = await lookBefore(client);
      const file = join(folder, 'claim.yaml');
      writeFileSync(file, runbookOf(scenario, `claim-${String(seed)}`));
      const [ended] = await Promise.all([runToEnd(uri, file, folder), meddle(uri, scenario)]);
      if (ended.report === undefined) return { seed, scenario, status: 'refused', wrong: [] };
      const wrong = await contradictions(client, scenario, before, ended.report, ended.code);
      return { seed, scenario, status: ended.report.steps[0]?.status ?? '', wrong };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What somebody else does; it may fail, and waits for no lock for long. */
async function meddle(uri: string, { changes }: Scenario): Promise<void> {
  const from = performance.now();
  await withClient(uri, async (client) => {
    await client.query("set lock_timeout = '3s'");
    for (const { name, afterMs } of changes) {
      await sleep(Math.max(0, afterMs - (performance.now() - from)));
      const sql = CHANGES[name] ?? '';
      await client.query(sql).catch(() => client.query('rollback'));
    }
  });
}

interface Ended {
  readonly code: number;
  /** Undefined where the plan was refused, since its tables were gone. */
  readonly report: ReportV1 | undefined;
}

async function runToEnd(uri: string, file: string, folder: string): Promise<Ended> {
  const options = { env: libpqEnvironment(uri) };
  const path = join(folder, 'report.json');
  const begun = await run(process.execPath, [MAIN, 'run', file, '--report', path], options);
  const report = readReport(path);
  if (report === undefined || report.run.status !== 'detached') return { code: begun.code, report };
  const args = [MAIN, 'wait', report.run.id, '--report', path, '--timeout', '60s'];
  const { code } = await run(process.execPath, args, options);
  return { code, report: readReport(path) };
}

function readReport(path: string): ReportV1 | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
