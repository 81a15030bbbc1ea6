import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { PlanV1 } from '../../../src/index.js';
import { planDigest } from '../../../src/plan/digest.js';
import { runbookOf } from '../../db/support/run-yaml.js';
import { useFolder } from '../../db/engine/support.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { faultsOf, fingerprint, makeNote } from './judge.js';
import { PLAN_CASES, TOP_FIELDS, type PlanCase } from './plan-cases.js';

const db = await useTestDatabase();
const folder = useFolder();
const runbook = join(folder, 'runbook.yaml');
const report = join(folder, 'report.json');
let good: PlanV1;

beforeAll(async () => {
  await makeNote(db);
  writeFileSync(
    runbook,
    runbookOf(`
      - id: tidy
        vacuum: { tables: { include: [public.note] } }
    `),
  );
  const out = join(folder, 'good.json');
  const { code, stderr } = await runCli(['plan', runbook, '--out', out], { env: db.env });
  expect(code, stderr).toBe(0);
  good = JSON.parse(readFileSync(out, 'utf8')) as PlanV1;
});

function write({ text, forged }: PlanCase, path: string): void {
  const made = text(good);
  writeFileSync(path, forged ? forge(made.toString()) : made);
}

/** The digest of what the plan now is; of what has none, the old one stays. */
function forge(text: string): string {
  const plan = JSON.parse(text) as PlanV1;
  try {
    return JSON.stringify({ ...plan, digest: planDigest(plan) });
  } catch {
    return text;
  }
}

it('knows every field of a plan', () => {
  expect(Object.keys(good).sort()).toEqual([...TOP_FIELDS].sort());
});

it('refuses each hostile plan, and changes nothing', async () => {
  const before = await fingerprint(db);
  const faults: string[] = [];
  for (const [index, one] of PLAN_CASES.entries()) {
    const path = join(folder, `${String(index)}.json`);
    write(one, path);
    const name = `${one.name}${one.forged ? ', forged' : ''}`;
    const ending = await runHere(['run', '--plan', path, '--report', report], db);
    faults.push(...faultsOf(name, ending));
  }
  expect(faults).toEqual([]);
  expect(await fingerprint(db)).toEqual(before);
  expect(await db.rows(`select from pg_namespace where nspname = 'runbook'`)).toEqual([]);
});

it('does so as a program', async () => {
  const faults: string[] = [];
  for (const [index, one] of PLAN_CASES.entries()) {
    if (index % 16 !== 0) continue;
    const path = join(folder, `${String(index)}.json`);
    write(one, path);
    const args = ['run', '--plan', path, '--report', report];
    faults.push(...faultsOf(one.name, await runCli(args, { env: db.env, deadlineMs: 20_000 })));
  }
  expect(faults).toEqual([]);
});
