import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbook, runReported, useFolder } from '../db/engine/support.js';
import { runCli } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';

const db = await useTestDatabase();
const folder = useFolder();

function file(name: string, yaml: string): string {
  const path = join(folder, name);
  writeFileSync(path, yaml);
  return path;
}

describe('the ledger', () => {
  it('is missing at first, which doctor says; looking makes none', async () => {
    const { code, stdout } = await runCli(['doctor'], { env: db.env });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^warn {2}ledger .*there is none: a run makes it\n.*pg-runbook init/m);
    for (const command of [['status'], ['history'], ['prune', '--keep', '9d'], ['unpause']]) {
      const looked = await runCli(command, { env: db.env });
      expect({ code: looked.code, command }, looked.stderr).toEqual({ code: 3, command });
      expect(looked.stderr).toContain('ledger_missing');
    }
    expect(await db.rows("select to_regnamespace('runbook') as schema")).toEqual([
      { schema: null },
    ]);
  });

  it('is made once, however many ask for it at once', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => runCli(['init'], { env: db.env })));
    expect(runs.map((run) => run.code)).toEqual([0, 0, 0]);
    expect(runs.filter((run) => run.stdout.includes('was made'))).toHaveLength(1);
    const { code, stdout } = await runCli(['doctor'], { env: db.env });
    expect({ code, ok: stdout.split('\n').filter((line) => line.startsWith('ok')).length }).toEqual(
      {
        code: 0,
        ok: 8,
      },
    );
  });

  it('of a newer pg-runbook is refused with exit 3', async () => {
    await db.query("insert into runbook.migration (number, digest) values (999999, 'x')");
    const [init, doctor] = [
      await runCli(['init'], { env: db.env }),
      await runCli(['doctor'], { env: db.env }),
    ];
    await db.query('delete from runbook.migration where number = 999999');
    expect(init.code).toBe(3);
    expect(init.stderr).toContain('ledger_newer');
    expect(doctor.code).toBe(3);
  });
});

describe('a version', () => {
  const yaml = runbook('  - id: a\n    sql: SELECT 1\n');
  const run = (text: string, ...more: string[]): ReturnType<typeof runCli> =>
    runCli(['run', file('v.yaml', text), '--report', join(folder, 'v.json'), ...more], {
      env: db.env,
    });

  it('stands for one content: another one is refused, comments and layout are not content', async () => {
    expect((await run(yaml)).code).toBe(0);
    expect((await run(`# a comment\n${yaml}`)).code).toBe(0);
    const changed = yaml.replace('SELECT 1', 'SELECT 2');
    const refused = await run(changed);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('version_changed');
    expect((await run(changed, '--allow-changed')).code).toBe(0);
    expect((await run(changed.replace('version: 1', 'version: 2'))).code).toBe(0);
  });
});

describe('a small role', () => {
  const password = 'very-secret-1';
  const role = `${db.name}_small`;
  let env: Record<string, string> = {};

  beforeAll(async () => {
    await db.query(`
      create table theirs (i int);
      insert into theirs select generate_series(1, 10);
      create table other_schema_ok (i int);
      create role ${role} login password '${password}';
      grant pgbackground_role to ${role};
      grant usage on schema pgbg to ${role};
      alter table other_schema_ok owner to ${role}`);
    env = { ...db.env, PGUSER: role, PGPASSWORD: password };
  });

  afterAll(() => db.query(`drop owned by ${role}; drop role ${role}`));

  it('without the ledger is refused, and told what it needs', async () => {
    const { code, stderr } = await runCli(
      ['run', file('s.yaml', runbook('  - id: a\n    sql: SELECT 1\n'))],
      { env, cwd: folder },
    );
    expect(code).toBe(3);
    expect(stderr).toContain('schema runbook belongs to postgres');
    await db.query('drop schema runbook cascade');
    const missing = await runCli(
      ['run', file('s.yaml', runbook('  - id: a\n    sql: SELECT 1\n'))],
      { env, cwd: folder },
    );
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain('ledger_missing');
    expect(missing.stderr).toContain('pg-runbook grants FILE');
  });

  it('is warned by doctor of what it cannot see, which is no error', async () => {
    await db.query(
      `drop schema if exists runbook cascade; create schema runbook authorization ${role}`,
    );
    const { code, stdout } = await runCli(['doctor'], { env });
    expect(stdout).toMatch(/^warn {2}role .*\n.*pg_read_all_stats/m);
    expect({ code, stdout }).toMatchObject({ code: 0 });
  });

  it('with it runs what it may, and a table that it may not maintain is skipped with 42501, exit 1', async () => {
    const run = await runReported(
      db,
      folder,
      runbook(`  - id: vacuum
    vacuum: { tables: { include: [public.theirs, public.other_schema_ok] } }
`),
      { env },
    );
    const targets = run.report.steps[0]?.tasks.flatMap((task) => task.targets) ?? [];
    expect(
      targets
        .map(({ name, status, sqlstate }) => ({ name, status, sqlstate }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ).toEqual([
      { name: 'public.other_schema_ok', status: 'succeeded', sqlstate: null },
      { name: 'public.theirs', status: 'skipped', sqlstate: '42501' },
    ]);
    expect(targets.find((target) => target.status === 'skipped')?.reason).toContain('permission');
    expect(run.code).toBe(1);
    expect(run.report.run.reason).toContain('lack of privilege');
    const counts = await db.rows(
      "select relname, vacuum_count::int from pg_stat_user_tables where relname in ('theirs', 'other_schema_ok') order by 1",
    );
    expect(counts).toEqual([
      { relname: 'other_schema_ok', vacuum_count: 1 },
      { relname: 'theirs', vacuum_count: 0 },
    ]);
  });

  it('leaves its password nowhere', async () => {
    const dsn = `postgresql://${role}:${password}@${db.env['PGHOST'] ?? ''}:${db.env['PGPORT'] ?? ''}/${db.name}`;
    const path = join(folder, 'secret.json');
    const running = runCli(
      [
        'run',
        file('p.yaml', runbook('  - id: a\n    sql: SELECT pg_sleep(1.5)\n')),
        ...['--dsn', dsn, '--report', path, '--log-format', 'json'],
      ],
      { env: {} },
    );
    const { readFileSync, readdirSync } = await import('node:fs');
    const commandLines: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          commandLines.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        } catch {
          // It ended meanwhile.
        }
      }
    }
    const run = await running;
    expect(run.code).toBe(0);
    const ledger = await db.rows<{ text: string }>(
      `select string_agg(t::text, '') as text from (
         select r::text as t from runbook.run r union all select a::text from runbook.attempt a) x`,
    );
    expect(run.stdout + run.stderr + readFileSync(path, 'utf8')).not.toContain(password);
    expect(ledger[0]?.text).not.toContain(password);
    // The first moments of a process show its arguments as they were given; all later ones do not.
    expect(commandLines.filter((line) => line.includes('pg-runbook'))).not.toEqual([]);
    expect(commandLines.slice(-500).join('\n')).not.toContain(password);
  });
});
