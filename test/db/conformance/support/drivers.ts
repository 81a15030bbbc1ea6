import { parse, stringify } from 'yaml';
import type { ReportV1 } from '../../../../src/index.js';
import { about } from '../../detach/support.js';
import { killRun } from '../../engine/support.js';
import { runYaml } from '../../support/run-yaml.js';
import type { Case, Driver } from './case.js';
import type { Stage } from './stage.js';

export interface End {
  readonly report: ReportV1;
  readonly code: number | null;
}

type Fields = Record<string, unknown>;

/** The runbook of a case, for one driver. */
export function runbookFor({ head = '', steps }: Case, driver: Driver, name: string): string {
  const text = typeof head === 'function' ? head(driver) : head;
  const top = (parse(text) ?? {}) as Fields;
  const more = (key: string): Fields => (top[key] ?? {}) as Fields;
  const begin = { id: 'begin', sql: "SELECT c.pass('begin')", policy: 'wait', idempotent: true };
  const others = (parse(steps) as Fields[]).map((step) => ({
    ...step,
    needs: [...((step['needs'] ?? []) as string[]), 'begin'],
  }));
  const policy = driver === 'detached' ? 'detach' : 'wait';
  return stringify({
    api_version: 'pg-runbook/v1',
    name,
    version: 1,
    ...top,
    budget: { workers: 8, keep_free: 0, ...more('budget') },
    defaults: { timeout: '40s', on_failure: 'continue', policy, ...more('defaults') },
    steps: [begin, ...others],
  }).replaceAll('NAME', name);
}

/** Runs a case to its end with one driver. */
export async function drive(of: Case, driver: Driver, stage: Stage): Promise<End> {
  await of.given?.(stage);
  const end = driver === 'killed' ? await killAndResume(of, stage) : await run(of, stage);
  // What others still work on ends later, and with it the run.
  if (end.report.run.finished_at !== null) return end;
  return about(stage.db, 'wait', end.report.run.id);
}

async function run(of: Case, stage: Stage): Promise<End> {
  const running = runYaml(stage.db, stage.yaml, {
    stop: stage.stop.signal,
    ...(of.dialect === undefined ? {} : { dialect: of.dialect }),
  }).then((report) => ({ report, code: report.run.exit_code }));
  const beside = async (): Promise<void> => {
    await stage.atWork('begin');
    await of.begun?.(stage);
    await stage.open('begin');
    await of.meanwhile?.(stage);
  };
  return (await Promise.all([running, beside()]))[0];
}

async function killAndResume(of: Case, stage: Stage): Promise<End> {
  const { killedIn } = of;
  await killRun(stage.folder, stage.yaml, stage.db.env, async () => {
    await stage.atWork('begin');
    if (killedIn === undefined) return;
    await of.begun?.(stage);
    await stage.open('begin');
    await stage.atWork(killedIn);
  });
  const resumed = about(stage.db, 'resume', await stage.run());
  const beside = async (): Promise<void> => {
    if (killedIn === undefined) await of.begun?.(stage);
    // What is over before resume looks would leave it nothing to do.
    if (killedIn === undefined) await stage.open('begin');
    else await stage.driven();
    await of.meanwhile?.(stage);
  };
  return (await Promise.all([resumed, beside()]))[0];
}
