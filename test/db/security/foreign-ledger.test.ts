import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeInventory } from '../../cli/inventory/support.js';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, useFolder } from '../engine/support.js';
import { useAttacker, useMaintainer } from './attacker.js';

const db = await useTestDatabase();
const mallory = await useAttacker(db);
const victim = useMaintainer(db, 'victim');
const folder = useFolder();
const file = join(folder, 'r.yaml');
writeFileSync(file, runbook('  - id: a\n    sql: SELECT 1\n'));
const reportPath = join(folder, 'r.json');

const RUN = ['run', file, '--report', reportPath];

/** The commands that need a ledger. */
const COMMANDS: readonly (readonly string[])[] = [
  ['init'],
  RUN,
  ['doctor'],
  ['status'],
  ['status', 'latest'],
  ['history'],
  ['why', 'latest'],
  ['wait', 'latest', '--timeout', '1s'],
  ['cancel', 'latest'],
  ['resume', 'latest', '--report', reportPath],
  ['report', 'latest'],
  ['pause', '--reason', 'test'],
  ['unpause'],
  ['prune', '--keep', '90d'],
];

/** The commands that read it if there is one. */
const READERS: readonly (readonly string[])[] = [
  ['plan', file],
  ['grants', file],
  ['doctor', file],
];

const TABLE = `create table runbook.migration
  (number int primary key, digest text not null, applied_at timestamptz not null default now());`;

/** What a stranger may plant in a schema of the ledger's name. */
const PLANTED: Readonly<Record<string, string>> = {
  'a table with a trigger': `${TABLE}
    create trigger t before insert on runbook.migration for each row execute function runbook.evil_row()`,
  'a view': `create view runbook.migration as
    select runbook.evil() as number, ''::text as digest, now() as applied_at`,
  'views that say that all is up to date': `
    create view runbook.migration as select runbook.evil() + 4 as number, ''::text as digest;
    create view runbook.run as
      select null::text as run_id, 'x'::text as status, now() as started_at where runbook.evil() = 1`,
};

async function expectRefused(env: Record<string, string>, because: string): Promise<void> {
  for (const command of COMMANDS) {
    const { code, stdout, stderr } = await runCli(command, { env });
    expect({ code, command }, stderr).toEqual({ code: 3, command });
    expect(stdout + stderr).toContain(because);
    expect(stdout + stderr).not.toMatch(/ALTER SCHEMA .* OWNER/);
  }
  for (const command of READERS) await runCli(command, { env });
  await mallory.expectPowerless();
}

const plant = (sql: string): Promise<unknown> =>
  mallory.query(`create schema runbook; grant usage on schema runbook to public;
    ${mallory.functionsIn('runbook')} ${sql};
    grant all on all tables in schema runbook to public`);

const dropLedger = (): Promise<unknown> => db.query('drop schema if exists runbook cascade');

describe('a schema runbook of a role that may create schemas', () => {
  beforeAll(() => db.query(`grant create on database ${db.name} to ${mallory.role}`));
  afterAll(() => db.query(`revoke create on database ${db.name} from ${mallory.role}`));
  afterEach(dropLedger);

  it.each(Object.entries(PLANTED))(
    'is neither read nor written by any command: %s',
    async (_, sql) => {
      await plant(sql);
      await expectRefused(db.env, `schema runbook belongs to ${mallory.role}`);
    },
    120_000,
  );

  it('is not read by run --inventory --pass', async () => {
    await plant(PLANTED['a view'] ?? '');
    const inventory = writeInventory(folder, [db]);
    const { code, stderr } = await runCli(
      ['run', file, '--inventory', inventory, '--pass', 'p1', '--report', join(folder, 'all')],
      { env: db.env },
    );
    expect(code, stderr).toBe(1);
    expect(stderr).toContain(`schema runbook belongs to ${mallory.role}`);
    await mallory.expectPowerless();
  });

  it('is not believed by a role that is a member of its owner', async () => {
    await db.query(`grant ${mallory.role} to ${victim.role}`);
    await plant(PLANTED['a table with a trigger'] ?? '');
    for (const command of [['init'], RUN, ['doctor'], ['status']]) {
      const { code, stdout, stderr } = await runCli(command, { env: victim.env });
      expect(code, stderr).toBe(3);
      expect(stdout + stderr).toContain(`schema runbook belongs to ${mallory.role}`);
    }
    await db.query(`revoke ${mallory.role} from ${victim.role}`);
    await mallory.expectPowerless();
  });

  it('that appears while the ledger is being made is not believed', async () => {
    const client = await mallory.connect();
    await client.query("select pg_advisory_lock(hashtext('pg-runbook/ledger'))");
    await client.query(`begin; create schema runbook; ${mallory.functionsIn('runbook')};
      ${PLANTED['a table with a trigger'] ?? ''}`);
    const init = runCli(['init'], { env: db.env });
    await sleep(1_500);
    await client.query('commit');
    await client.query('select pg_advisory_unlock_all()');
    const { code, stderr } = await init;
    await client.end();
    expect(code, stderr).toBe(3);
    await mallory.expectPowerless();
  });

  it('that is never finished holds nobody up for long', async () => {
    const client = await mallory.connect();
    await client.query("select pg_advisory_lock(hashtext('pg-runbook/ledger'))");
    await client.query('begin; create schema runbook');
    const { code, stderr } = await runCli(['init'], { env: db.env });
    await client.query('rollback');
    await client.end();
    expect(code, stderr).toBe(75);
    expect(stderr).toContain('ledger_busy');
  });
});

describe('a schema runbook of the owner of the database', () => {
  beforeAll(() => db.query(`alter database ${db.name} owner to ${mallory.role}`));
  afterAll(() => db.query(`alter database ${db.name} owner to current_user`));
  afterEach(dropLedger);

  it('is not believed by a superuser', async () => {
    await plant(PLANTED['a table with a trigger'] ?? '');
    await expectRefused(db.env, `schema runbook belongs to ${mallory.role}`);
  }, 120_000);
});

describe('a ledger of a role that lets others read it', () => {
  /** What its owner may add to run code as whoever reads. */
  const ADDED: Readonly<Record<string, string>> = {
    'a policy': 'create policy p on runbook.run for select using (runbook.evil() = 0)',
    'an index on an expression':
      'create function runbook.f() returns int immutable language sql as $$select runbook.evil()$$; ' +
      'create index on runbook.run ((length(run_id) + runbook.f()))',
    'a predicate of an index':
      'create function runbook.f() returns int immutable language sql as $$select runbook.evil()$$; ' +
      'create index on runbook.task (run_id) where runbook.f() = 0',
    'a view in the place of a table': `alter table runbook.run rename to run_table;
      create view runbook.run with (security_invoker) as select * from runbook.run_table where runbook.evil() = 0`,
    statistics:
      'create function runbook.f() returns int immutable language sql as $$select runbook.evil()$$; ' +
      'create statistics runbook.s on (length(run_id) + runbook.f()), status from runbook.run',
  };
  const READS: readonly (readonly string[])[] = [
    ['status'],
    ['status', 'latest'],
    ['history'],
    ['why', 'latest'],
    ['report', 'latest'],
    ['wait', 'latest', '--timeout', '1s'],
  ];

  beforeEach(async () => {
    await db.query(`create schema runbook authorization ${mallory.role};
      grant usage on schema pgbg to ${mallory.role}; grant pgbackground_role to ${mallory.role}`);
    expect(await runCli(RUN, { env: mallory.env })).toMatchObject({ code: 0 });
    await mallory.query(`grant usage on schema runbook to public;
      grant select on all tables in schema runbook to public; ${mallory.functionsIn('runbook')}`);
  });
  afterEach(async () => {
    await dropLedger();
    await db.query(`revoke pgbackground_role from ${mallory.role}`);
  });

  it('is read by them as it is recorded', async () => {
    for (const command of READS) {
      const { code, stderr } = await runCli(command, { env: victim.env });
      expect({ code, command }, stderr).toEqual({ code: 0, command });
    }
    for (const command of [RUN, ['cancel', 'latest'], ['prune', '--keep', '9d']]) {
      const { code, stderr } = await runCli(command, { env: victim.env });
      expect({ code, command }, stderr).toEqual({ code: 3, command });
    }
    await mallory.expectPowerless();
  }, 60_000);

  it('is not read by a superuser', async () => {
    const { code, stderr } = await runCli(['status'], { env: db.env });
    expect(code, stderr).toBe(3);
    expect(stderr).toContain(`schema runbook belongs to ${mallory.role}`);
  });

  it.each(Object.entries(ADDED))(
    'is not read when that would run its code: %s',
    async (_, sql) => {
      await mallory.query(sql);
      await mallory.query('grant select on all tables in schema runbook to public');
      for (const command of READS) {
        const { code, stderr } = await runCli(command, { env: victim.env });
        expect({ code, command }, stderr).toEqual({ code: 3, command });
        expect(stderr).toContain(`schema runbook belongs to ${mallory.role}`);
      }
      await mallory.expectPowerless();
    },
    60_000,
  );
});
