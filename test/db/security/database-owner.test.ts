import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.js';
import { useTestDatabase } from '../../support/database.js';
import { runbook, useFolder } from '../engine/support.js';
import { useAttacker } from './attacker.js';

/** The owner of a database sets what all of its sessions begin with, a superuser's too. */
const db = await useTestDatabase();
const mallory = await useAttacker(db);
const folder = useFolder();

beforeAll(async () => {
  await db.query(`create schema evil authorization ${mallory.role}; grant usage on schema evil to public;
    create schema dba; create table dba.t (id int primary key, x int);
    insert into dba.t select i, 0 from generate_series(1, 5000) i; analyze dba.t;
    create function dba.norm(text) returns text immutable language sql as 'select lower($1)'`);
  await mallory.query(mallory.functionsIn('evil'));
});
afterEach(() =>
  db.query(`alter database ${db.name} owner to current_user;
    alter database ${db.name} reset search_path; alter database ${db.name} reset role`),
);
afterAll(() => db.query('drop schema if exists runbook cascade'));

async function asOwner(setting: string): Promise<void> {
  await db.query(`alter database ${db.name} owner to ${mallory.role}`);
  await mallory.query(`alter database ${db.name} set ${setting}`);
}

/** What only looks; the run of a statement on a stranger's table runs the stranger's functions, as its plan says. */
const LOOKS = ['plan', 'doctor', 'grants'];

async function powerlessAfter(commands: readonly string[], yaml: string): Promise<void> {
  const file = join(folder, 'r.yaml');
  writeFileSync(file, yaml);
  for (const command of commands) {
    const [name = '', ...words] = command.split(' ');
    const args = [...LOOKS, 'run'].includes(name) ? [name, file, ...words] : [name, ...words];
    await runCli(args, { env: db.env, cwd: folder });
    // A worker that a function launched takes a moment.
    await sleep(200);
    await mallory.expectPowerless();
  }
}

/** Operators and functions that our own SQL and everybody's use, each with a body that runs the attacker's. */
const OPERATORS: readonly (readonly [string, string, string, string])[] = [
  ['*', 'float8', 'float8', 'float8'],
  ['*', 'bigint', 'integer', 'bigint'],
  ['-', 'integer', 'integer', 'integer'],
  ['+', 'integer', 'integer', 'integer'],
  ['=', 'text', 'text', 'boolean'],
  ['=', 'integer', 'integer', 'boolean'],
  ['->', 'jsonb', 'text', 'jsonb'],
  ['->>', 'jsonb', 'text', 'text'],
  ['?', 'jsonb', 'text', 'boolean'],
];

describe('a schema before pg_catalog in the database’s search_path', () => {
  beforeAll(async () => {
    for (const [index, [name, left, right, result]] of OPERATORS.entries()) {
      const body = `perform evil.evil(); return $1 operator(pg_catalog.${name}) $2;`;
      await mallory.query(`
        create function evil.op${String(index)}(${left}, ${right}) returns ${result} language plpgsql as
          $f$begin ${body} end$f$;
        create operator evil.${name} (function = evil.op${String(index)}, leftarg = ${left}, rightarg = ${right})`);
    }
    await mallory.query(`create function evil.lower(text) returns text immutable language plpgsql as
      $f$begin perform evil.evil(); return pg_catalog.lower($1); end$f$`);
  });

  const STEPS = {
    'a sql step': '  - id: a\n    sql: update dba.t set x = 7 where id = 3\n',
    'a backfill':
      "  - id: a\n    backfill: { table: dba.t, key: id, set: { x: '7' }, where: x <> 7 }\n",
    'a detached backfill':
      "  - id: a\n    policy: detach\n    backfill: { table: dba.t, key: id, set: { x: '8' }, where: x <> 8 }\n",
    'a function that is inlined':
      "  - id: a\n    sql: update dba.t set x = 9 where dba.norm('A') = 'a' and id = 3\n",
    'a vacuum': '  - id: a\n    vacuum: { tables: { include: [dba.*] } }\n',
  } as const;

  it.each(Object.entries(STEPS))(
    'runs nothing of its owner: %s, with a guard',
    async (_, steps) => {
      await asOwner('search_path = evil, pg_catalog, public');
      const guard = 'guards: [{ name: ok, sql: select true, on_breach: pause }]';
      const yaml = runbook(steps, `defaults: { timeout: 30s }\n${guard}`);
      await powerlessAfter([...LOOKS, 'run', 'wait latest', 'status latest'], yaml);
      const [run] = await db.rows(
        'select status from runbook.run order by started_at desc limit 1',
      );
      expect(run).toEqual({ status: 'succeeded' });
    },
    60_000,
  );
});

describe('a role that the database sets', () => {
  it('is not acted as: its functions could go back to the superuser that logged in', async () => {
    await db.query(`create schema app authorization ${mallory.role}`);
    await mallory.query(`
      create table app.t (id int primary key, x int);
      insert into app.t select i, 0 from generate_series(1, 100) i;
      create function app.back(int) returns int language plpgsql immutable as $f$begin
        if session_user <> '${mallory.role}' then
          perform pg_catalog.set_config('role', 'postgres', true);
        end if;
        perform evil.evil(); return $1; end$f$;
      create index on app.t ((app.back(1) + id)); analyze app.t`);
    await asOwner(`role = ${mallory.role}`);
    await powerlessAfter(
      LOOKS,
      runbook('  - id: a\n    sql: update app.t set x = 7 where id = 3\n'),
    );
  });
});
