import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlanV1 } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { useFolder } from '../engine/support.js';
import { useRole } from '../support/roles.js';

const db = await useTestDatabase();
const folder = useFolder();
await db.query(`
  create schema rental;
  create table rental.customer (id int primary key, email text, seen timestamptz);
  insert into rental.customer select i, 'A@b' from generate_series(1, 50) i;
  create type rental.mood as enum ('good');
  create table rental.diary (id int primary key, mood rental.mood);
  create procedure rental.prepare() language plpgsql as 'begin end'`);

const HEAD = `api_version: pg-runbook/v1
name: refused
version: 1
defaults: { timeout: 30s, lock_timeout: 5s }
`;
const path = join(folder, 'refused.yaml');
const write = (text: string): void => {
  writeFileSync(path, text);
};

async function show(format: string, env = db.env) {
  return runHere(['plan', path, '--format', format], { env });
}

async function findingsOf(
  text: string,
): Promise<{ code: number | null; findings: PlanV1['findings'] }> {
  write(text);
  const { code, stdout, stderr } = await show('json');
  if (stdout === '') throw new Error(stderr);
  const { findings } = JSON.parse(stdout) as PlanV1;
  return { code, findings };
}

/** What of a runbook is refused: its text from `steps:` or `guards:` on, and where, and by what. */
const REFUSED: readonly (readonly [string, string, number, number, string, RegExp])[] = [
  [
    'a misspelt table',
    `steps:
  - id: lower
    sql: |
      update rental.customer set email = lower(email) where id < 10;
      update rental.custmer set email = lower(email) where id > 10;
`,
    9,
    14,
    '42P01',
    /relation "rental.custmer" does not exist/,
  ],
  [
    'a wrong type behind a parameter that is longer than its name',
    `parameters: { note: { type: string, default: a rather long text } }
steps:
  - id: lower
    sql: "update rental.customer set email = :'note', id = 'seven' where id = 1"
`,
    8,
    60,
    '22P02',
    /invalid input syntax for type integer: "seven"/,
  ],
  [
    'a procedure that is not there',
    `steps:
  - id: call
    sql: call nosuch(1)
    transaction: false
`,
    7,
    15,
    '42883',
    /procedure nosuch\(integer\) does not exist/,
  ],
  [
    'a table that is altered',
    `steps:
  - id: alter
    sql: set local lock_timeout = '1s'; alter table rental.custmer add phone text
`,
    7,
    53,
    '42P01',
    /relation "rental.custmer" does not exist/,
  ],
  [
    'a column that an index is made on',
    `steps:
  - id: create
    sql: create index concurrently if not exists emial_idx on rental.customer (emial)
    transaction: false
`,
    7,
    80,
    '42703',
    /column "emial" of relation "rental.customer" does not exist/,
  ],
  [
    'an index that is dropped',
    `steps:
  - id: drop
    sql: drop index concurrently "Nosuch"
    transaction: false
`,
    7,
    34,
    '42P01',
    /relation "Nosuch" does not exist/,
  ],
  [
    'a column of a query that changes nothing',
    `steps:
  - id: query
    sql: select id, nosuch from rental.customer
`,
    7,
    21,
    '42703',
    /column "nosuch" does not exist/,
  ],
  [
    'the where of a backfill behind the clock',
    `steps:
  - id: walk
    backfill:
      table: rental.customer
      key: id
      set: { email: lower(email) }
      where: seen < now() and emial is not null
`,
    11,
    31,
    '42703',
    /column "emial" does not exist/,
  ],
  [
    'a column that a backfill sets',
    `steps:
  - id: walk
    backfill:
      table: rental.customer
      key: id
      set:
        emial: lower(email)
      where: email is not null
`,
    11,
    9,
    '42703',
    /column "emial" of relation "customer" does not exist/,
  ],
  [
    'an expression that a backfill sets',
    `steps:
  - id: walk
    backfill:
      table: rental.customer
      key: id
      set: { email: lower(emial) }
      where: email is not null
`,
    10,
    27,
    '42703',
    /column "emial" does not exist/,
  ],
  [
    'the where of a purge',
    `steps:
  - id: walk
    purge: { table: rental.customer, key: id, where: "seen < 5" }
`,
    7,
    60,
    '42883',
    /operator does not exist/,
  ],
  [
    'the query of a throttle',
    `steps:
  - id: walk
    purge: { table: rental.customer, key: id, where: "id < 5", throttle: { sql: select yes from clam } }
`,
    7,
    97,
    '42P01',
    /relation "clam" does not exist/,
  ],
  [
    'the query of a guard',
    `guards: [{ name: calm, sql: select yes from clam, on_breach: pause }]
steps:
  - id: one
    sql: select 1
`,
    5,
    45,
    '42P01',
    /relation "clam" does not exist/,
  ],
];

describe('SQL that the server refuses', () => {
  it.each(REFUSED)(
    'is an error with its place: %s',
    async (_name, steps, line, column, sqlstate, message) => {
      write(HEAD + steps);
      const json = await show('json');
      expect(json.code, json.stderr).toBe(2);
      const { findings } = JSON.parse(json.stdout) as PlanV1;
      const errors = findings.filter(({ severity }) => severity === 'error');
      expect(errors).toEqual([expect.objectContaining({ code: 'sql-refused', line, column })]);
      expect(errors[0]).toMatchObject({ file: path, waived: null });
      expect(errors[0]?.message).toMatch(message);
      expect(errors[0]?.message).toContain(`SQLSTATE ${sqlstate}`);
      for (const format of ['text', 'markdown']) {
        const shown = await show(format);
        expect(shown.code).toBe(2);
        const text = shown.stdout.replaceAll(/\s+/g, ' ').replaceAll('\\', '');
        expect(text).toContain(`refused.yaml:${String(line)}:${String(column)}: `);
        expect(text).toMatch(message);
        expect(text).not.toContain('No findings');
      }
    },
  );

  it('keeps the runbook, and a saved plan of it, from being run', async () => {
    write(
      `${HEAD}steps:\n  - id: s\n    sql: update rental.custmer set email = null where id = 1\n`,
    );
    const saved = join(folder, 'saved.json');
    expect((await runHere(['plan', path, '--out', saved], { env: db.env })).code).toBe(2);
    for (const what of [[path], ['--plan', saved]]) {
      const ran = await runHere(['run', ...what], { env: db.env });
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toMatch(/refused\.yaml:7:17/);
      expect(ran.stderr).toContain('1 error [invalid_runbook]');
    }
    expect(await db.rows(`select to_regnamespace('runbook') as ledger`)).toEqual([
      { ledger: null },
    ]);
  });

  it('may be allowed with a reason', async () => {
    const { code, findings } = await findingsOf(`${HEAD}steps:
  - id: s
    sql: select nosuch()
    allow: [{ rule: sql-refused, because: a trigger makes it }]
`);
    expect(code).toBe(0);
    expect(findings).toMatchObject([{ code: 'sql-refused', waived: 'a trigger makes it' }]);
  });
});

describe('SQL that needs what runs before it', () => {
  const two = (first: string, second: string, needs = 'needs: [first]'): string => `${HEAD}steps:
  - id: first
    sql: ${first}
  - id: second
    ${needs}
${second}`;
  const sql = (text: string): string => `    sql: ${text}\n`;
  const WALK = `    backfill: { table: rental.customer, key: id, set: { email_norm: lower(email) }, where: email_norm is null }
`;

  it.each([
    ['a table', 'create table rental.batch (id int)', sql('delete from rental.batch where id = 1')],
    ['a column', 'alter table rental.customer add email_norm text', WALK],
    [
      'a label',
      "alter type rental.mood add value 'bad'",
      sql("insert into rental.diary values (1, 'bad') on conflict do nothing"),
    ],
    ['a function', `"create function rental.f() returns int return 1"`, sql('select rental.f()')],
    [
      'an index',
      'create unique index on rental.diary (mood)',
      sql('insert into rental.diary values (1) on conflict (mood) do nothing'),
    ],
    [
      'the index of a primary key',
      'create table rental.batch (id int primary key)',
      sql('reindex index rental.batch_pkey'),
    ],
    [
      'a column for an index',
      'alter table rental.customer add phone text',
      sql('create index on rental.customer (phone)'),
    ],
  ])('is said to be: %s of another step', async (_name, first, second) => {
    const { code, findings } = await findingsOf(two(first, second));
    expect(code).toBe(0);
    const made = findings.filter(({ code: rule }) => rule === 'made-by-step');
    expect(made).toMatchObject([{ severity: 'info', step: 'second', line: 10 }]);
    expect(made[0]?.message).toMatch(/^what it names is made by step first: /);
    expect(findings.map((one) => one.code)).not.toContain('not-tried');
  });

  it('of a step that is not needed it is an error, which names the step', async () => {
    const { code, findings } = await findingsOf(
      two(
        'create table rental.batch (id int)',
        sql('select id from rental.batch'),
        'concurrency: 1',
      ),
    );
    expect(code).toBe(2);
    const refused = findings.find(({ code: rule }) => rule === 'sql-refused');
    expect(refused?.hint).toBe('Step first makes what it names: add `needs: [first]`.');
  });

  it.each([
    'drop table if exists rental.nosuch',
    'alter table if exists rental.nosuch add a int',
    'alter table rental.customer drop column if exists nosuch',
    'create table rental.tree (id int primary key, parent int references rental.tree)',
    'alter table rental.customer add a int, alter a set default 1',
  ])('is no error where the statement allows for it: %s', async (text) => {
    const { code } = await findingsOf(`${HEAD}steps:\n  - id: s\n${sql(text)}`);
    expect(code).toBe(0);
  });

  it('is an error where that makes something else', async () => {
    const { code } = await findingsOf(
      two('create table rental.batch (id int)', sql('select id from rental.batches')),
    );
    expect(code).toBe(2);
    const column = await findingsOf(
      two(
        'alter table rental.customer add email_norm text',
        sql('update rental.customer set emial_norm = null where id = 1'),
      ),
    );
    expect(column.code).toBe(2);
  });

  it('is said to be not tried where code before it may make it', async () => {
    const { code, findings } = await findingsOf(
      two('call rental.prepare()', sql('select id from rental.batch')),
    );
    expect(code).toBe(0);
    const untried = findings.find(({ code: rule }) => rule === 'not-tried');
    expect(untried?.message).toMatch(
      /^not tried: .*rental\.batch.* rental\.prepare\(\) of step first$/,
    );
  });

  it('is told of statements of one step, too', async () => {
    const { code, findings } = await findingsOf(`${HEAD}steps:
  - id: s
    sql: create temp table batch (a int); delete from batch where a > 1
  - id: t
    sql: set local search_path = rental; delete from customer where id = 1
`);
    expect(code).toBe(0);
    expect(findings.map(({ code: rule, step }) => [rule, step])).toEqual([
      ['made-by-step', 's'],
      ['not-tried', 't'],
    ]);
  });
});

describe('what the planner is not asked about', () => {
  const UPDATE = `${HEAD}steps:\n  - id: s\n    sql: update rental.customer set email = null where id = 1\n`;

  it('for want of a privilege is no error', async () => {
    const role = await useRole(db);
    write(UPDATE);
    const env = { ...db.env, PGUSER: role.user, PGPASSWORD: role.password };
    const { code, stdout } = await show('markdown', env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/not tried: permission denied for schema rental/);
  });

  it('for a lock of others is no error', async () => {
    const other = await db.connect();
    await other.query('begin; lock table rental.customer');
    write(UPDATE);
    const { code, stdout } = await show('markdown');
    await other.query('rollback');
    expect(code).toBe(0);
    expect(stdout).toMatch(/not tried/);
  });
});
