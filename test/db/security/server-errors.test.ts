import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { useFolder } from '../engine/support.js';
import { useRole } from '../support/roles.js';
import { runbookOf } from '../support/run-yaml.js';

const db = await useTestDatabase();
const folder = useFolder();
const { user, password } = await useRole(db);
/** A superuser's planner would not be asked about what may read by a name in a string. */
const small = { PGUSER: user, PGPASSWORD: password };
const env = { ...db.env, ...small };
const SECRET = 'swordfish';
await db.query(`
  create table public.secret (what text);
  insert into secret values ('${SECRET}');
  create table public.t (id int primary key, note text);
  insert into t select i, 'n' from generate_series(1, 50) i;
  create function public.raises(text) returns int language plpgsql immutable as
    $$ begin raise exception 'it is %', $1 using errcode = '42P01'; end $$`);

await db.query(`alter table public.t owner to ${user}; alter table secret owner to ${user}`);

const XML = `table_to_xml('public.secret', true, false, '')::text`;
/** Each a condition whose planning fails with the secret in the server's text. */
const LEAKS = {
  'a number, 22P02': `id < (${XML})::int`,
  'a name, 42P01': `id < (substring(${XML} from '<what>(.*)</what>'))::regclass::oid::int`,
  'a name of a type, 42704': `id < (substring(${XML} from '<what>(.*)</what>'))::regtype::oid::int`,
  'raised by a function, 42P01': `id < public.raises(${XML.replace('public.secret', 'secret')})`,
  'a search, 42601': `id < length(to_tsquery('simple', ${XML} || ' &')::text)`,
} as const;

const yaml = (name: string) => JSON.stringify(name);
const RUNBOOKS: Readonly<Record<string, (where: string) => string>> = {
  backfill: (where) =>
    runbookOf(`
  - id: step
    backfill: { table: public.t, key: id, set: { note: "'m'" }, where: ${yaml(where)} }`),
  throttle: (where) =>
    runbookOf(`
  - id: step
    backfill: { table: public.t, key: id, set: { note: "'m'" }, throttle: { sql: ${yaml(`select count(*) > 0 from public.t where ${where}`)} } }`),
  sql: (where) =>
    runbookOf(`
  - id: step
    sql: ${yaml(`update public.t set note = 'm' where ${where}`)}`),
  guard: (where) =>
    runbookOf(
      '\n  - id: step\n    sql: select 1',
      `guards: [{ name: g, sql: ${yaml(`select count(*) > 0 from public.t where ${where}`)}, on_breach: pause }]`,
    ),
};

async function told(command: string, text: string, ...options: string[]): Promise<string> {
  const file = join(folder, 'leak.yaml');
  writeFileSync(file, text);
  const { stdout, stderr } = await runHere([command, file, ...options], { env });
  return stdout + stderr;
}

const CASES = Object.entries(LEAKS).flatMap(([what, where]) =>
  Object.keys(RUNBOOKS).map((kind) => [kind, what, where] as const),
);

describe('what the server says of SQL that it was asked to plan', () => {
  it.each(CASES)('holds no data: %s, %s', async (kind, what, where) => {
    const text = RUNBOOKS[kind]?.(where) ?? '';
    const sqlstate = /\w{5}$/.exec(what)?.[0] ?? '';
    for (const format of ['text', 'markdown', 'json']) {
      const shown = await told('plan', text, '--format', format);
      expect(shown).not.toContain(SECRET);
      const plain = shown.replaceAll(/\s+/g, ' ').replaceAll('\\', '');
      expect(plain).toContain(sqlstate);
      expect(plain).toContain('pg-runbook plan FILE --show-server-errors');
    }
    expect(await told('plan', text, '--show-server-errors')).toContain(SECRET);
    expect(await told('run', text)).not.toContain(SECRET);
  });

  it('is shown where it is about names and syntax', async () => {
    const shown = await told('plan', RUNBOOKS['backfill']?.('no_such_column = 1') ?? '');
    expect(shown.replaceAll(/\s+/g, ' ')).toContain(
      'column "no_such_column" does not exist, at `no_such_column = 1',
    );
  });

  it('of a missing privilege has the command that names the GRANT', async () => {
    await db.query('create schema app; create table app.t (id int primary key, note text)');
    const file = join(folder, 'refused.yaml');
    const runbooks = {
      backfill: `
  - id: step
    backfill: { table: app.t, key: id, set: { note: "'m'" }, where: "note = 'n'" }`,
      sql: `
  - id: step
    sql: "update app.t set note = 'm' where id = 1"`,
    };
    for (const steps of Object.values(runbooks)) {
      writeFileSync(file, runbookOf(steps));
      const { stdout, stderr } = await runHere(['plan', file], { env });
      const shown = `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
      expect(shown).toMatch(/permission denied for schema app, at `"?app"?\./);
      expect(shown).toContain('pg-runbook grants FILE --role NAME');
    }
  });
});
