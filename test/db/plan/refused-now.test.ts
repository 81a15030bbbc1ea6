import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { migrateLedger, type PlanV1 } from '../../../src/index.js';
import { pullBrake, releaseBrake } from '../../../src/ledger/brake.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { untilAtWork } from '../detach/support.js';
import { useFolder } from '../engine/support.js';
import { useRole } from '../support/roles.js';
import { connectionTo, runbookOf, runYaml, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
const folder = useFolder();
const path = join(folder, 'now.yaml');
const role = await useRole(db);

const named = (name: string, sql: string, head = ''): string =>
  runbookOf(`\n  - id: one\n    sql: ${sql}`, head).replace('name: test', `name: ${name}`);

interface Planned {
  readonly code: number | null;
  readonly codes: readonly string[];
  readonly plan: PlanV1;
}

async function planned(yaml: string, env = db.env): Promise<Planned> {
  writeFileSync(path, yaml);
  const { code, stdout, stderr } = await runHere(['plan', path, '--json'], { env });
  if (stdout === '') throw new Error(stderr);
  const plan = JSON.parse(stdout) as PlanV1;
  return { code, plan, codes: plan.refused_now.map((one) => one.code) };
}

const hasLedger = async (): Promise<unknown> =>
  db.rows(`select to_regnamespace('runbook') is not null as there`);

describe('without a ledger', () => {
  it('a plan foresees no refusal, and makes none', async () => {
    expect(await planned(named('first', 'select 1'))).toMatchObject({ code: 0, codes: [] });
    expect(await hasLedger()).toEqual([{ there: false }]);
  });

  it('it tells a role that may not make one', async () => {
    await db.query(`revoke create on database ${db.name} from public`);
    const env = { ...db.env, PGUSER: role.user, PGPASSWORD: role.password };
    const { code, codes } = await planned(named('first', 'select 1'), env);
    expect([code, codes]).toEqual([0, ['ledger_missing']]);
  });
});

describe('a server on which nothing could run', () => {
  const YAML = named('elsewhere', 'select 1');

  it('is planned for a role that may not launch workers, which is told', async () => {
    const env = { ...db.env, PGUSER: role.user, PGPASSWORD: role.password };
    await db.query(
      `revoke pgbackground_role from ${role.user}; revoke usage on schema pgbg from ${role.user}`,
    );
    const { code, codes, plan } = await planned(YAML, env);
    const ran = await runHere(['run', path], { env });
    await db.query(
      `grant pgbackground_role to ${role.user}; grant usage on schema pgbg to ${role.user}`,
    );
    expect([code, codes[0]]).toEqual([0, 'privilege_missing']);
    expect(plan.server?.pg_background).toBeNull();
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain(plan.refused_now[0]?.message ?? 'nothing foreseen');
  });

  it('is planned without the extension, and with too few slots, which is told in words', async () => {
    const budget = 'budget: { workers: 400, keep_free: 2 }';
    writeFileSync(path, YAML.replace(/^budget: .*$/m, budget));
    await db.query('drop extension pg_background');
    const { code, stdout, stderr } = await runHere(['plan', path], { env: db.env });
    await db.query('create extension pg_background schema pgbg');
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(text).toContain(
      'run would be refused now: the extension pg_background is not installed',
    );
    expect(text).toContain('run would be refused now: budget: 400 workers and 2 kept free');
    expect(text).toContain('without pg_background');
  });
});

describe('with a ledger', () => {
  beforeEach(() => withSession(connectionTo(db), migrateLedger));

  it('a plan tells a changed version, in all formats and near the top, and exits 0', async () => {
    await runYaml(db, named('changed', 'select 1'));
    const { code, plan, codes } = await planned(named('changed', 'select 2'));
    expect([code, codes]).toEqual([0, ['version_changed']]);
    expect(plan.refused_now[0]?.message).toBe(
      'changed version 1 has run before with other content',
    );
    const said = 'run would be refused now: changed version 1 has run before with other content';
    for (const format of ['text', 'markdown']) {
      const { stdout } = await runHere(['plan', path, '--format', format], { env: db.env });
      const head = stdout.split('\n').slice(0, 5).join(' ').replaceAll(/\s+/g, ' ');
      expect(head.replaceAll('\\', '')).toContain(said);
    }
  });

  it('it says nothing of what ran before as it is', async () => {
    await runYaml(db, named('same', 'select 1'));
    expect((await planned(named('same', 'select 1'))).codes).toEqual([]);
  });

  it('it tells a closed window', async () => {
    const day = (new Date().getUTCDay() + 3) % 7;
    const name = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][day];
    const head = `window: { not_before: "01:00", finish_by: "02:00", days: [${name ?? ''}], time_zone: UTC }`;
    const { codes, plan } = await planned(named('closed', 'select 1', head));
    expect(codes).toEqual(['window_closed']);
    expect(plan.refused_now[0]?.hint).toMatch(/^It opens at \d{4}-/);
  });

  it('it tells the emergency brake', async () => {
    const brake = { by: 'here', reason: 'a test', until: null, cancels: false };
    await withSession(connectionTo(db), (session) => pullBrake(session, brake));
    const { codes, plan } = await planned(named('braked', 'select 1'));
    await withSession(connectionTo(db), releaseBrake);
    expect(codes).toEqual(['braked']);
    expect(plan.refused_now[0]?.message).toContain('a test');
  });

  it('it tells another run that is live, unless the run would wait for it', async () => {
    const yaml = named('live', 'select pg_sleep(20)');
    const running = runYaml(db, yaml);
    await untilAtWork(db, 'live');
    const [{ codes }, waits] = [
      await planned(yaml),
      await planned(named('live', 'select pg_sleep(20)', 'on_overlap: wait')),
    ];
    await db.query(`select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database()
                      and backend_type = 'pg_background'`);
    await running;
    expect(codes).toEqual(['overlap']);
    expect(waits.codes).not.toContain('overlap');
  });

  it("it tells another role's ledger, and one that others hold", async () => {
    const env = { ...db.env, PGUSER: role.user, PGPASSWORD: role.password };
    expect((await planned(named('mine', 'select 1'), env)).codes).toEqual(['ledger_untrusted']);
    const holder = await db.connect();
    await holder.query('begin; lock table runbook.run, runbook.runbook_version, runbook.migration');
    const held = await planned(named('held', 'select 1'));
    await holder.query('rollback');
    expect([held.code, held.codes]).toEqual([0, ['ledger_busy']]);
  });
});
