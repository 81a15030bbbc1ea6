import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { onServer, useTestDatabase } from '../../support/database.js';
import { about } from '../detach/support.js';
import { killedRun, runbook, runReported, stepOf, useFolder } from '../engine/support.js';
import { useAttacker, useMaintainer } from './attacker.js';

const db = await useTestDatabase();
const mallory = await useAttacker(db);
const maint = useMaintainer(db, 'maint');
const folder = useFolder();

beforeEach(async () => {
  await db.query(`drop schema if exists runbook cascade; drop table if exists seen;
    create table seen (what text); grant insert, select on seen to public`);
});

describe('resume', () => {
  it('by a superuser of a small role’s run is refused', async () => {
    await db.query(`create schema runbook authorization ${maint.role}`);
    const yaml = runbook(`  - id: nap
    sql: SELECT pg_sleep(2)
    idempotent: true
  - id: rise
    needs: [nap]
    sql: ALTER ROLE ${maint.role} SUPERUSER
    idempotent: true
`);
    const id = await killedRun(db, folder, yaml, 'nap', maint.env);
    const { code, stderr } = await runCli(['resume', id], { env: db.env, cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain(`connect as ${maint.role}`);
    expect(await db.rows(`select rolsuper from pg_roles where rolname = '${maint.role}'`)).toEqual([
      { rolsuper: false },
    ]);
    const own = await runCli(['resume', id], { env: maint.env, cwd: folder });
    expect(own.code, own.stderr).toBe(1);
    expect(own.stderr).toContain('permission denied');
  });

  const second = `${db.name}_dba`;
  beforeAll(() => db.query(`create role ${second} superuser login password 'for tests only'`));
  afterAll(() => onServer((client) => client.query(`drop role ${second}`)));

  it('by another superuser than the one that began it is refused', async () => {
    const yaml = runbook('  - id: nap\n    sql: SELECT pg_sleep(8)\n    idempotent: true\n');
    const id = await killedRun(db, folder, yaml, 'nap', db.env);
    const env = { ...db.env, PGUSER: second, PGPASSWORD: 'for tests only' };
    const { code, stderr } = await runCli(['resume', id], { env, cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain(`run ${id} was begun by role postgres`);
    expect((await runCli(['resume', id], { env: db.env, cwd: folder })).code).toBe(0);
  });
});

/** A step that fails at first, and is tried again some seconds later. */
const TWICE = `  - id: twice
    sql: INSERT INTO seen SELECT current_setting('session_replication_role') WHERE 1 / (SELECT count(*) FROM seen) = 1
    idempotent: true
    retry: { attempts: 3, delay: 3s, on: ['22012'] }
`;

const FORGED = (role: string): string =>
  `update runbook.task set plan = jsonb_set(plan, '{sql}', to_jsonb('ALTER ROLE ${role} SUPERUSER'::text))`;

describe.each(['wait', 'detach'])('a task that waits for its next try, policy %s', (policy) => {
  async function forge(sql: string): Promise<Awaited<ReturnType<typeof runReported>>> {
    await runCli(['init'], { env: db.env });
    const head = `defaults: { timeout: 30s, policy: ${policy} }`;
    const running = runReported(db, folder, runbook(TWICE, head));
    await expect
      .poll(() => db.rows("select from runbook.attempt where status = 'failed'"), {
        timeout: 20_000,
      })
      .toHaveLength(1);
    await db.query(sql);
    const run = await running;
    if (policy === 'wait') return run;
    return { ...run, report: (await about(db, 'wait', run.report.run.id)).report };
  }

  it('does not execute SQL that was put into the ledger', async () => {
    const run = await forge(FORGED(mallory.role));
    await mallory.expectPowerless();
    const [task] = stepOf(run, 'twice').tasks;
    expect(task?.status).toBe('failed');
    expect(task?.reason).toContain('is not that of the plan');
  });

  it('does not get settings that were put into the ledger', async () => {
    const run = await forge(`insert into seen values ('first');
      update runbook.step set plan = jsonb_set(plan, '{settings,session_replication_role}', '"replica"')`);
    expect(stepOf(run, 'twice').status).toBe('succeeded');
    expect(await db.rows('select what from seen order by 1')).toEqual([
      { what: 'first' },
      { what: 'origin' },
    ]);
  });
});

describe.each(['wait', 'detach'])('a walk that goes on, policy %s', (policy) => {
  const FORGED_GUARD = `update runbook.run
    set plan = jsonb_set(plan, '{guards,0,condition,sql}', to_jsonb('select mallory.evil() = 0'::text))`;

  beforeEach(async () => {
    await db.query(`drop schema if exists mallory cascade; create schema mallory authorization ${mallory.role};
      drop table if exists walked;
      create table walked (id int primary key, hits int not null default 0);
      insert into walked select generate_series(1, 3000)`);
    await mallory.query(mallory.functionsIn('mallory'));
  });

  it('executes no guard that was put into the ledger', async () => {
    await runCli(['init'], { env: db.env });
    const yaml = runbook(
      `  - id: walk
    backfill:
      table: public.walked
      key: id
      set: { hits: hits + 1 }
      batch: { rows: 20, max_rows: 20, pause: 30ms }
  - id: after
    needs: [walk]
    policy: wait
    sql: INSERT INTO seen VALUES ('after')
`,
      `defaults: { timeout: 30s, policy: ${policy} }
guards: [{ name: calm, sql: select true, on_breach: pause }]`,
    );
    const running = runReported(
      db,
      folder,
      policy === 'wait' ? yaml : yaml.replace(/ {2}- id: after[^]*/, ''),
    );
    await expect
      .poll(() => db.rows('select from walked where hits = 1 limit 1'), { timeout: 20_000 })
      .toHaveLength(1);
    await db.query(FORGED_GUARD);
    const run = await running;
    const report =
      policy === 'wait' ? run.report : (await about(db, 'wait', run.report.run.id)).report;
    await mallory.expectPowerless();
    const [task] = report.steps[0]?.tasks ?? [];
    expect(task?.status).toBe('failed');
    expect(task?.reason).toContain('are not those of the plan');
    expect(await db.rows("select from seen where what = 'after'")).toEqual([]);
  });
});
