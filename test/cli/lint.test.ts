import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlanV1 } from '../../src/generated/plan.v1.js';
import { useFolder } from '../db/engine/support.js';
import { runCli } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';

const folder = useFolder();
const db = await useTestDatabase();
await db.query(
  'create table t (id int primary key, a int); insert into t select i, i from generate_series(1, 500) i; analyze t',
);

function file(steps: string): string {
  const path = join(folder, 'linted.yaml');
  writeFileSync(
    path,
    `api_version: pg-runbook/v1
name: linted
version: 1
defaults: { timeout: 5m, lock_timeout: 5s }
steps:
${steps}`,
  );
  return path;
}

const EVERY_ROW = '  - id: all\n    sql: |\n      update t\n        set a = 0\n';
const ALLOWED = `${EVERY_ROW}    allow: [{ rule: dml-without-where, because: it has 500 rows }]\n`;

describe('an error of the lint', () => {
  it('is shown with its line, and makes validate, plan and run exit 2', async () => {
    const path = file(EVERY_ROW);
    const validated = await runCli(['validate', path]);
    expect(validated).toMatchObject({ code: 2, stdout: '' });
    expect(validated.stderr).toContain(
      `${path}:8:7: error: UPDATE without WHERE changes every row in one transaction [dml-without-where]`,
    );
    expect(validated.stderr).toContain('hint: Add a WHERE');
    const planned = await runCli(['plan', path], { env: db.env });
    expect(planned.code).toBe(2);
    expect(planned.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /error: step all, \S+:8:7: UPDATE without WHERE/,
    );
    const ran = await runCli(['run', path, '--report', join(folder, 'r.json')], { env: db.env });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(await db.rows('select count(*)::int from t where a = 0')).toEqual([{ count: 0 }]);
  });

  it('that is allowed with a reason is shown as such, and keeps nothing from running', async () => {
    const path = file(ALLOWED);
    expect(await runCli(['validate', path])).toMatchObject({ code: 0, stderr: '' });
    const planned = await runCli(['plan', path, '--json'], { env: db.env });
    expect(planned.code).toBe(0);
    const plan = JSON.parse(planned.stdout) as PlanV1;
    expect(plan.findings).toMatchObject([
      { code: 'dml-without-where', step: 'all', line: 8, column: 7, waived: 'it has 500 rows' },
    ]);
    expect(plan.steps[0]?.estimates).toEqual([
      { command: 'UPDATE', table: 'public.t', table_bytes: 24_576, rows: 500, why_not: null },
    ]);
    const text = (await runCli(['plan', path], { env: db.env })).stdout;
    expect(text).toContain("UPDATE of about 500 rows of public.t (planner's estimate)");
    expect(text.replaceAll(/\s+/g, ' ')).toContain('8:7: dml-without-where: it has 500 rows');
    const ran = await runCli(['run', path, '--report', join(folder, 'r.json')], { env: db.env });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
  });

  it('estimates nothing that an earlier statement has yet to make, and says so', async () => {
    const path = file(
      '  - id: s\n    sql: create temp table x (a int); delete from x where a > 1; delete from t where a > 400\n',
    );
    const { stdout } = await runCli(['plan', path, '--json'], { env: db.env });
    expect((JSON.parse(stdout) as PlanV1).steps[0]?.estimates).toMatchObject([
      { rows: null, why_not: 'relation "x" does not exist, at `x where a > 1` (SQLSTATE 42P01)' },
      { rows: expect.any(Number) as number, table: 'public.t', why_not: null },
    ]);
  });
});
