import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { runHere } from '../../support/in-process.js';
import { useFolder } from '../engine/support.js';
import { connectionTo, runbookOf, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
const folder = useFolder();
await db.query(`create table public.t (id int primary key, note text)`);
await db.query(`insert into t select i, 'n' from generate_series(1, 100) i`);

const planFile = async (yaml: string): ReturnType<typeof runHere> => {
  const file = join(folder, 'attack.yaml');
  writeFileSync(file, yaml);
  return runHere(['plan', file, '--format', 'json'], { env: db.env });
};

/** One string to a reader who takes a backslash for a backslash, and three statements to any other. */
const BREAKS_OUT = String.raw`note <> '\' or note <> '); commit; create table public.pwned(); select (1 --'`;
/** One string in UTF-8; in Shift JIS the backslash is the second half of a character. */
const BREAKS_OUT_OF_SJIS = String.raw`note <> E'ぃ\'); commit; create table public.pwned(); select (1 --'`;

const WITHOUT_COLUMN = BREAKS_OUT.replaceAll('note', 'chr(1)');

const backfill = (more: string, settings = '{}'): string =>
  runbookOf(`
  - id: fill
    backfill:
      table: public.t
      key: id
      set: { note: "'done'" }
      batch: { rows: 10 }
      ${more}
    settings: ${settings}`);

/** Any text is a JSON string, and that one of YAML's. */
const matching = (where: string, settings?: string): string =>
  backfill(`where: ${JSON.stringify(where)}`, settings);
const throttled = (sql: string): string =>
  backfill(`throttle: { sql: ${JSON.stringify(`select ${sql}`)} }`);

const guarded = (sql: string): string =>
  runbookOf(
    '\n  - id: one\n    sql: select 1',
    `guards: [{ name: g, sql: ${JSON.stringify(`select ${sql}
`)}, on_breach: pause }]`,
  );

async function expectNothingMade(): Promise<void> {
  const made = await db.rows("select relname from pg_class where relname = 'pwned'");
  expect(made).toEqual([]);
}

describe('SQL of a runbook that another reader would take for several statements', () => {
  afterEach(async () => {
    await db.query('drop table if exists public.pwned');
    await db.query(`alter database ${db.name} reset all`);
  });

  it.each([
    ['standard_conforming_strings', `{ standard_conforming_strings: 'off' }`, BREAKS_OUT],
    ['the same in capitals', `{ STANDARD_CONFORMING_STRINGS: 'off' }`, BREAKS_OUT],
    ['client_encoding', '{ client_encoding: SJIS }', BREAKS_OUT_OF_SJIS],
  ])(
    'is never executed by a plan: settings of the runbook, %s',
    async (_which, settings, where) => {
      const { code, stderr } = await planFile(matching(where, settings));
      await expectNothingMade();
      expect(code, stderr).toBe(2);
      expect(stderr).toContain('attack.yaml:');
    },
  );

  it('is refused by the ledger, which asks guards and throttles', async () => {
    await withSession(connectionTo(db), migrateLedger);
    const sql = 'select true); create table public.pwned(); select (true';
    const asked = db.query('select runbook.breach($1, null, null)', [{ sql }]);
    await expect(asked).rejects.toMatchObject({ code: '42P11' });
    await expectNothingMade();
  });

  it.each([
    ['standard_conforming_strings', 'off', matching(BREAKS_OUT)],
    ['standard_conforming_strings', 'off', throttled(WITHOUT_COLUMN)],
    ['standard_conforming_strings', 'off', guarded(WITHOUT_COLUMN)],
    ['client_encoding', 'SJIS', matching(BREAKS_OUT_OF_SJIS)],
  ])('is never executed by a plan: %s = %s of the database', async (name, value, yaml) => {
    await db.query(`alter database ${db.name} set ${name} = '${value}'`);
    const { code, stderr } = await planFile(yaml);
    await expectNothingMade();
    expect(code, stderr).toBe(0);
  });
});
