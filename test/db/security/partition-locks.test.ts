import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlanV1 } from '../../../src/generated/plan.v1.js';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { runbook, useFolder } from '../engine/support.js';
import { useAttacker } from './attacker.js';

const db = await useTestDatabase();
const mallory = await useAttacker(db);
const folder = useFolder();
await db.query(`
  create schema dba; create schema app authorization ${mallory.role};
  create table dba.p (id int primary key, note text) partition by range (id);
  create table dba.p0 partition of dba.p for values from (0) to (1000);
  create table app.p1 partition of dba.p for values from (1000) to (2000);
  insert into dba.p select generate_series(0, 1999);
  alter table app.p1 owner to ${mallory.role}`);
await db.query('analyze dba.p');

const file = join(folder, 'walk.yaml');
writeFileSync(
  file,
  runbook(
    `  - id: other
    sql: select 1
  - id: fill
    backfill: { table: dba.p, key: id, set: { note: "'done'" }, where: note is null }
`,
    'defaults: { timeout: 5s, lock_timeout: 500ms, on_failure: continue }',
  ),
);

let holder: pg.Client;
let pid: number;
async function holds(client: pg.Client, lock: string): Promise<void> {
  holder = client;
  await holder.query(`begin; lock table ${lock}`);
  const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
  pid = rows[0]?.pid ?? 0;
}
afterEach(() => holder.end());

const run = (...args: string[]): ReturnType<typeof runHere> => runHere(args, db);
const held = (): string =>
  `pid ${String(pid)} (role ${mallory.role}) holds ACCESS EXCLUSIVE on app.p1`;

describe(
  'the lock of a stranger on his partition of a table that is walked',
  { timeout: 60_000 },
  () => {
    beforeEach(async () => holds(await mallory.connect(), 'app.p1'));

    it('leaves a plan, which tells the step, the relation and the holder', async () => {
      const { code, stdout, stderr } = await run('plan', file, '--json');
      expect(code, stderr).toBe(0);
      const { findings, steps } = JSON.parse(stdout) as PlanV1;
      const [finding] = findings.filter((one) => one.code === 'not-tried');
      expect(finding?.step).toBe('fill');
      expect(finding?.message).toContain(held());
      expect(finding?.hint).toContain('pg-runbook why');
      expect(steps[1]?.batches?.rows_estimated).toBe(2000);
    });

    it.each(['grants', 'doctor'])('leaves %s', async (command) => {
      const { code, stderr } = await run(command, file);
      expect(code, stderr).toBe(0);
    });

    it('leaves a run, of which only that step fails', async () => {
      const report = join(folder, 'report.json');
      const { code, stderr } = await run('run', file, '--report', report);
      expect(code, stderr).toBe(1);
      const { steps } = JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
      expect(steps.map(({ status }) => status)).toEqual(['succeeded', 'timed_out']);
    });
  },
);

describe('a lock on a catalog', { timeout: 60_000 }, () => {
  beforeEach(async () => holds(await db.connect(), 'pg_catalog.pg_trigger'));

  it('is an error of the step, which names the holder', async () => {
    const { code, stderr } = await run('grants', file);
    expect(code, stderr).toBe(75);
    expect(stderr).toMatch(
      /step fill: .*holds ACCESS EXCLUSIVE on pg_catalog\.pg_trigger \(SQLSTATE 55P03\) \[relation_locked\]/,
    );
    expect(stderr).toContain(`pid ${String(pid)} (role `);
  });
});
