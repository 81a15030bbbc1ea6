import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, useFolder } from '../engine/support.js';
import { useAttacker, useMaintainer } from './attacker.js';

const db = await useTestDatabase();
const mallory = await useAttacker(db);
const maint = useMaintainer(db, 'maint');
const folder = useFolder();
const file = join(folder, 'r.yaml');
writeFileSync(file, runbook('  - id: a\n    sql: SELECT 1\n'));
const RUN = ['run', file, '--report', join(folder, 'r.json')];
const COMMANDS = [['init'], RUN, ['status'], ['doctor'], ['prune', '--keep', '90d']];

/** The ledger is a superuser's own, and a stranger has a hand in it. */
const HANDS: Readonly<
  Record<
    string,
    {
      readonly sql: string;
      readonly told: string;
      /** False where somebody has to look first: no statement is given. */
      readonly mended?: false;
    }
  >
> = {
  'a table of a stranger': {
    sql: 'alter table runbook.run owner to MALLORY',
    told: 'table runbook.run belongs to MALLORY',
    mended: false,
  },
  'a function of a stranger': {
    sql: 'alter function runbook.braked_by() owner to MALLORY',
    told: 'function runbook.braked_by() belongs to MALLORY',
    mended: false,
  },
  'a view of a stranger': {
    sql: 'create view runbook.more as select 1 as one; alter view runbook.more owner to MALLORY',
    told: 'view runbook.more belongs to MALLORY',
    mended: false,
  },
  'a trigger that runs a function of a stranger': {
    sql: 'create trigger t before insert on runbook.run for each row execute function mallory.evil_row()',
    told: 'trigger t on table runbook.run uses function mallory.evil_row(), which belongs to MALLORY',
  },
  'a rule that runs a function of a stranger': {
    sql: 'create rule r as on insert to runbook.run do also select mallory.evil()',
    told: 'rule r on table runbook.run uses function mallory.evil(), which belongs to MALLORY',
  },
  'a policy that runs a function of a stranger': {
    sql: 'create policy p on runbook.run using (mallory.evil() = 0)',
    told: 'policy p on table runbook.run uses function mallory.evil(), which belongs to MALLORY',
  },
  'a default that runs a function of a stranger': {
    sql: 'alter table runbook.run add column extra int default mallory.evil()',
    told: 'uses function mallory.evil(), which belongs to MALLORY',
    mended: false,
  },
  'a check that runs a function of a stranger': {
    sql: 'alter table runbook.run add check (mallory.evil() = 0) not valid',
    told: 'uses function mallory.evil(), which belongs to MALLORY',
    mended: false,
  },
  'an index that runs a function of a stranger': {
    sql: 'create index extra_idx on runbook.run ((mallory.calm(run_id)))',
    told: 'uses function mallory.calm(text), which belongs to MALLORY',
  },
  'a child table of a stranger': {
    sql: 'create table mallory.child () inherits (runbook.run); alter table mallory.child owner to MALLORY',
    told: 'table mallory.child, which belongs to MALLORY, inherits from table runbook.run',
  },
  'a foreign key of a stranger': {
    sql: 'create table mallory.refers (run_id text references runbook.run); alter table mallory.refers owner to MALLORY',
    told: 'table mallory.refers, which belongs to MALLORY, refers to table runbook.run',
  },
  'INSERT for a stranger': {
    sql: 'grant insert on runbook.run to MALLORY',
    told: 'MALLORY has INSERT on table runbook.run',
  },
  'UPDATE of a column for everybody': {
    sql: 'grant update (plan) on runbook.task to public',
    told: 'PUBLIC has UPDATE (plan) on column plan of table runbook.task',
  },
  'TRIGGER for a stranger': {
    sql: 'grant trigger on runbook.attempt to MALLORY',
    told: 'MALLORY has TRIGGER on table runbook.attempt',
  },
  'CREATE in the schema for a stranger': {
    sql: 'grant create on schema runbook to MALLORY',
    told: 'MALLORY has CREATE on schema runbook',
  },
};

describe('a ledger of the role that runs', () => {
  beforeEach(async () => {
    await db.query('drop schema if exists runbook cascade; drop schema if exists mallory cascade');
    expect((await runCli(['init'], { env: db.env })).code).toBe(0);
    await db.query(`create schema mallory; grant all on schema mallory to ${mallory.role};
      grant usage on schema runbook to ${mallory.role}`);
    await mallory.query(`${mallory.functionsIn('mallory')}
      create function mallory.calm(text) returns text immutable language sql as 'select $1'`);
  });
  afterAll(() =>
    db.query('drop schema if exists runbook cascade; drop schema if exists mallory cascade'),
  );

  it.each(Object.entries(HANDS))(
    'is refused with %s',
    async (_, { sql, told, mended = true }) => {
      await db.query(sql.replaceAll('MALLORY', mallory.role));
      for (const command of COMMANDS) {
        const { code, stdout, stderr } = await runCli(command, { env: db.env });
        expect({ code, command }, stderr).toEqual({ code: 3, command });
        expect(stdout + stderr).toContain(told.replaceAll('MALLORY', mallory.role));
      }
      const { stderr } = await runCli(['status'], { env: db.env });
      const [, fixes] = /then: (.*;)$/m.exec(stderr) ?? [];
      expect(fixes !== undefined).toBe(mended);
      if (fixes !== undefined) {
        await db.query(fixes);
        const again = await runCli(['status'], { env: db.env });
        expect(again.code, again.stderr).toBe(0);
      }
      await mallory.expectPowerless();
    },
    120_000,
  );

  it('is made without the privileges that default privileges would give', async () => {
    await db.query(`drop schema runbook cascade;
      alter default privileges grant all on tables to ${mallory.role}, public;
      alter default privileges grant all on schemas to ${mallory.role}`);
    const { code, stderr } = await runCli(['init'], { env: db.env });
    await db.query(`alter default privileges revoke all on tables from ${mallory.role}, public;
      alter default privileges revoke all on schemas from ${mallory.role}`);
    expect(code, stderr).toBe(0);
    expect((await runCli(RUN, { env: db.env })).code).toBe(0);
    await expect(mallory.query('insert into runbook.gate values (99)')).rejects.toThrow(
      /permission denied/,
    );
  });

  it('may be read by others: SELECT is no hand in it', async () => {
    await db.query(`grant select on all tables in schema runbook to ${mallory.role}`);
    expect((await runCli(RUN, { env: db.env })).code).toBe(0);
    expect(await mallory.query('select status from runbook.run')).toMatchObject({ rowCount: 1 });
  });

  it('is not written by a member of pg_write_all_data', async () => {
    expect((await runCli(RUN, { env: db.env })).code).toBe(0);
    await db.query(`grant pg_write_all_data, pg_read_all_data to ${mallory.role}`);
    for (const table of ['run', 'step', 'task', 'attempt', 'claim', 'migration']) {
      const update = `update runbook.${table} set ${table === 'migration' ? 'number = 0' : table === 'claim' ? 'pid = 1' : 'run_id = run_id'}`;
      expect(await mallory.query(update), table).toMatchObject({ rowCount: 0 });
      expect(await mallory.query(`delete from runbook.${table}`), table).toMatchObject({
        rowCount: 0,
      });
    }
    await expect(
      mallory.query("insert into runbook.completion (attempt_id) values ('x')"),
    ).rejects.toThrow(/row-level security/);
    await db.query(`revoke pg_write_all_data, pg_read_all_data from ${mallory.role}`);
  });
});

describe('a ledger of a small role', () => {
  beforeEach(async () => {
    await db.query(
      `drop schema if exists runbook cascade; create schema runbook authorization ${maint.role}`,
    );
    expect((await runCli(['init'], { env: maint.env })).code).toBe(0);
  });
  afterEach(() => db.query('drop schema if exists runbook cascade'));

  it('is its own, and no superuser touches it', async () => {
    expect((await runCli(RUN, { env: maint.env })).code).toBe(0);
    for (const command of COMMANDS) {
      const { code, stdout, stderr } = await runCli(command, { env: db.env });
      expect({ code, command }, stderr).toEqual({ code: 3, command });
      expect(stdout + stderr).toContain(`schema runbook belongs to ${maint.role}`);
      expect(stdout + stderr).toContain(`PGUSER=${maint.role}`);
    }
    expect((await runCli(['status', 'latest'], { env: maint.env })).code).toBe(0);
  });

  it('is refused when some of it belongs to a superuser', async () => {
    await db.query('alter table runbook.run owner to current_user');
    const { code, stderr } = await runCli(['status'], { env: maint.env });
    expect(code).toBe(3);
    expect(stderr).toContain('table runbook.run belongs to postgres');
  });
});
