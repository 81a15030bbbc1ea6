import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runbook, useFolder } from '../db/engine/support.js';
import { until } from '../db/support/background.js';
import type { PlanV1, ReportV1 } from '../../src/index.js';
import { planDigest } from '../../src/plan/digest.js';
import { runCli, type Ending } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';
import { runHere } from '../support/in-process.js';

const db = await useTestDatabase();
const other = await useTestDatabase();
const folder = useFolder();

let serial = 0;

interface Saved {
  readonly file: string;
  readonly path: string;
  readonly plan: PlanV1;
}

/** A schema of the test's own with tables in it. */
async function makeTables(...names: string[]): Promise<string> {
  serial += 1;
  const schema = `s${String(serial)}`;
  await db.query(`create schema ${schema}`);
  for (const name of names) await db.query(`create table ${schema}.${name} (id int)`);
  return schema;
}

const vacuumOf = (schema: string): string =>
  `  - id: vacuum\n    vacuum: { tables: { include: ["${schema}.*"] } }\n`;

/** Plans steps, and saves the plan. */
async function save(steps: string, drift?: string): Promise<Saved> {
  serial += 1;
  const [file, path] = ['yaml', 'json'].map((end) => join(folder, `${String(serial)}.${end}`));
  if (file === undefined || path === undefined) throw new Error('two names');
  const top = 'defaults: { timeout: 30s, lock_timeout: 10s }';
  writeFileSync(file, runbook(steps, drift === undefined ? top : `drift: ${drift}\n${top}`));
  const made = await runHere(['plan', file, '--out', path], db);
  expect(made.code, made.stderr).toBe(0);
  return { file, path, plan: readPlan(path) };
}

const readPlan = (path: string): PlanV1 => JSON.parse(readFileSync(path, 'utf8')) as PlanV1;

interface Ran extends Ending {
  /** Undefined when the run was refused before it began. */
  readonly report: ReportV1 | undefined;
}

async function runSaved(path: string, ...more: string[]): Promise<Ran> {
  const report = `${path}.report`;
  const result = await runHere(['run', '--plan', path, '--report', report, ...more], db);
  return { ...result, report: readReport(report) };
}

function readReport(path: string): ReportV1 | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ReportV1;
  } catch {
    return undefined;
  }
}

/** Exit code and text on one line, however it was broken. */
async function refusal(path: string, ...more: string[]): Promise<[number | null, string]> {
  const { code, stderr, report } = await runSaved(path, ...more);
  expect(report).toBeUndefined();
  return [code, stderr.replaceAll(/\s+/g, ' ')];
}

/** Writes a plan with something changed, its digest made anew if wanted. */
function rewrite(path: string, change: (plan: PlanV1) => void, forge = false): void {
  const plan = readPlan(path);
  change(plan);
  if (forge) plan.digest = planDigest(plan);
  writeFileSync(path, JSON.stringify(plan));
}

const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

const vacuums = async (schema: string): Promise<Record<string, number>> => {
  const rows = await db.rows<{ name: string; n: number }>(
    `select relname as name, pg_stat_get_vacuum_count(oid)::int as n from pg_class
      where relnamespace = $1::regnamespace and relkind = 'r'`,
    [schema],
  );
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
};

describe('run --plan', () => {
  it('runs just what was planned, and nothing that came since', async () => {
    const schema = await makeTables('a', 'b');
    const { path, plan } = await save(vacuumOf(schema));
    await db.query(`create table ${schema}.c (id int)`);
    const { code, stderr, report } = await runSaved(path);
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('since the plan was made');
    const recorded = "select plan ->> 'digest' as digest from runbook.run where run_id = $1";
    expect(await db.rows(recorded, [report?.run.id])).toEqual([{ digest: plan.digest }]);
    expect(await vacuums(schema)).toEqual({ a: 1, b: 1, c: 0 });
  });

  it('finds the runbook where it is now', async () => {
    const schema = await makeTables('a');
    const { file, path } = await save(vacuumOf(schema));
    const moved = `${file}.moved.yaml`;
    writeFileSync(moved, readFileSync(file));
    writeFileSync(file, 'steps: broken');
    const [code] = await refusal(path);
    expect(code).toBe(2);
    const { code: after, stderr } = await runCli(
      ['run', moved, '--plan', path, '--report', `${path}.report`],
      { env: db.env },
    );
    expect(after, stderr).toBe(0);
    expect(await vacuums(schema)).toEqual({ a: 1 });
  });

  it('takes the parameters of the plan', async () => {
    const schema = await makeTables('a', 'b');
    const steps = '  - id: v\n    vacuum: { tables: { include: ["${which}"] } }\n';
    const file = join(folder, 'parameters.yaml');
    const top = 'parameters: { which: { type: string } }\ndefaults: { timeout: 30s }';
    writeFileSync(file, runbook(steps, top));
    const path = join(folder, 'parameters.json');
    const args = ['plan', file, '--out', path, '-p', `which=${schema}.b`];
    expect((await runCli(args, { env: db.env })).code).toBe(0);
    const { code, stderr } = await runSaved(path);
    expect(code, stderr).toBe(0);
    expect(await vacuums(schema)).toEqual({ a: 0, b: 1 });
  });
});

describe('run --plan refuses', () => {
  it('a plan that was altered, whoever made its digest', async () => {
    const schema = await makeTables('a', 'b');
    const { path } = await save(vacuumOf(schema));
    const alter = (plan: PlanV1): void => {
      plan.steps[0]!.tasks[0]!.sql = `VACUUM (FULL) ${schema}.a`;
    };
    rewrite(path, alter);
    expect(await refusal(path)).toEqual([
      3,
      expect.stringMatching(/was altered after it was made \[plan_altered\].*Plan anew/) as unknown,
    ]);
    rewrite(path, alter, true);
    expect(await refusal(path)).toEqual([
      3,
      expect.stringMatching(/steps that its runbook does not declare \[plan_altered\]/) as unknown,
    ]);
    rewrite(path, (plan) => (plan.steps[0]!.settings['work_mem'] = '1GB'), true);
    expect((await refusal(path))[1]).toContain('plan_altered');
    expect(await vacuums(schema)).toEqual({ a: 0, b: 0 });
  });

  it('a plan of another database', async () => {
    const { path } = await save(vacuumOf(await makeTables('a')));
    const args = ['run', '--plan', path, '--report', `${path}.report`];
    const { code, stderr } = await runCli(args, { env: other.env });
    expect(code).toBe(3);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      `the plan is of another database: ${db.name}, and this is ${other.name}`,
    );
    expect(await other.rows("select from pg_namespace where nspname = 'runbook'")).toEqual([]);
  });

  it('a plan whose runbook has changed', async () => {
    const { file, path } = await save(vacuumOf(await makeTables('a')));
    writeFileSync(file, readFileSync(file, 'utf8').replace('30s', '31s'));
    expect(await refusal(path)).toEqual([
      3,
      expect.stringMatching(/has changed since the plan was made \[plan_stale\]/) as unknown,
    ]);
  });

  it('what is no plan, an outline, and a plan that is not there', async () => {
    const { file, path } = await save(vacuumOf(await makeTables('a')));
    const outline = `${path}.outline`;
    expect((await runCli(['plan', file, '--offline', '--out', outline])).code).toBe(0);
    expect(await refusal(outline)).toEqual([
      2,
      expect.stringMatching(/is an outline.*\[plan_invalid\].*without --offline/) as unknown,
    ]);
    expect(await refusal(file)).toEqual([2, expect.stringContaining('it is no JSON') as unknown]);
    writeFileSync(outline, '{"steps": []}');
    expect(await refusal(outline)).toEqual([2, expect.stringContaining('is no plan') as unknown]);
    expect((await refusal(`${path}.none`))[1]).toContain('cannot read the plan');
  });

  it('parameters beside the plan, and nothing to run, as usage', async () => {
    const { path } = await save(vacuumOf(await makeTables('a')));
    expect(await refusal(path, '-p', 'a=1')).toEqual([
      2,
      expect.stringContaining('-p does not go with --plan') as unknown,
    ]);
    const { code, stderr } = await runCli(['run'], { env: db.env });
    expect([code, stderr]).toEqual([2, expect.stringContaining('name a runbook') as unknown]);
  });
});

describe('what has changed since a plan was made is refused, or told where the runbook allows it:', () => {
  const NOTE = 'since the plan was made: ';

  it('a table that is gone, and one that has taken its name', async () => {
    const change = async (drift?: string): Promise<[Saved, string]> => {
      const schema = await makeTables('a', 'b', 'c');
      const saved = await save(vacuumOf(schema), drift);
      await db.query(`drop table ${schema}.a; create table ${schema}.a (id int)`);
      return [saved, schema];
    };
    const [strict, untouched] = await change();
    expect(await refusal(strict.path)).toEqual([
      3,
      expect.stringMatching(`${untouched}.a gone, renamed or replaced .plan_stale.*Plan anew`),
    ]);
    expect(await vacuums(untouched)).toEqual({ a: 0, b: 0, c: 0 });
    const [lax, schema] = await change('{ gone: 1 }');
    const { code, stderr } = await runSaved(lax.path);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`${NOTE}${schema}.a gone, renamed or replaced`);
    expect(await vacuums(schema)).toEqual({ a: 0, b: 1, c: 1 });
  });

  it('a table that grew by 60 %, and by more than 16 MB', async () => {
    const grow = (schema: string, table: string, rows: number): Promise<unknown> =>
      db.query(
        `insert into ${schema}.${table} select repeat('x', 1000) from generate_series(1, ${String(rows)})`,
      );
    serial += 1;
    const schema = `s${String(serial)}`;
    await db.query(`create schema ${schema}; create table ${schema}.large (t text);
      create table ${schema}.small (t text)`);
    await grow(schema, 'large', 27_000);
    await grow(schema, 'small', 100);
    const [strict, lax] = [
      await save(vacuumOf(schema)),
      await save(vacuumOf(schema), '{ growth: 0.7 }'),
    ];
    await grow(schema, 'large', 16_200);
    // Four times as large, and that is nothing to speak of.
    await grow(schema, 'small', 300);
    const grew = new RegExp(`${schema}\\.large grew by 60 %, from 30\\.\\d MB to 48\\.\\d MB`);
    const [code, text] = await refusal(strict.path);
    expect(code).toBe(3);
    expect(text).toMatch(grew);
    expect(text).not.toContain('small');
    const ran = await runSaved(lax.path);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain(NOTE);
    expect(ran.stderr).toMatch(grew);
    expect(await vacuums(schema)).toEqual({ large: 1, small: 1 });
  });

  describe('but not a partitioned table that is as large as it was', async () => {
    const schema = await makeTables();
    await db.query(`
      create table ${schema}.p (id int primary key, t text) partition by range (id);
      create table ${schema}.p_1 partition of ${schema}.p for values from (0) to (100000) partition by range (id);
      create table ${schema}.p_1_1 partition of ${schema}.p_1 for values from (0) to (100000);
      insert into ${schema}.p select i, repeat('x', 1000) from generate_series(1, 20000) i`);
    const analyze = `  - id: a\n    analyze: { tables: { include: ["${schema}.p"] } }\n`;
    const backfill = `  - id: b\n    backfill: { table: ${schema}.p, key: id, set: { t: "'y'" }, where: id < 9 and t <> 'y' }\n`;

    it.each(Object.entries({ analyze, backfill }))('%s', async (_kind, steps) => {
      const { path } = await save(steps);
      const { code, stderr } = await runSaved(path);
      expect(code, stderr).toBe(0);
      expect(stderr).not.toContain(NOTE);
    });

    it('which somebody holds a partition of: the worker waits, and not we', async () => {
      const { path } = await save(analyze);
      const locker = await db.connect();
      await locker.query(`begin; lock table ${schema}.p_1_1 in access exclusive mode`);
      const running = runSaved(path);
      const worker = async (): Promise<true | undefined> => {
        const rows = await db.rows(
          "select from pg_stat_activity where backend_type = 'pg_background' and wait_event_type = 'Lock'",
        );
        return rows.length > 0 ? true : undefined;
      };
      await until(worker, 'a worker waits for the lock');
      await locker.query('rollback');
      const { code, stderr } = await running;
      expect(code, stderr).toBe(0);
    });
  });

  it('the plan has grown old', async () => {
    const steps = vacuumOf(await makeTables('a'));
    const [strict, lax] = [await save(steps), await save(steps, '{ max_age: 9d }')];
    for (const { path } of [strict, lax]) {
      rewrite(path, (plan) => (plan.created_at = daysAgo(8)), true);
    }
    expect(await refusal(strict.path)).toEqual([
      3,
      expect.stringMatching(/the plan is 8d 0h old \(drift.max_age 7d\) \[plan_stale\]/) as unknown,
    ]);
    expect((await runSaved(lax.path)).code).toBe(0);
  });
});
