import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { useTestDatabase } from '../../support/database.js';
import { ROOT } from '../../support/root.js';
import { connectionTo, withSession } from '../support/run-yaml.js';

const db = await useTestDatabase();
await withSession(connectionTo(db), migrateLedger);

const lines = async (sql: string): Promise<string[]> =>
  (await db.rows<{ line: string }>(sql)).map((row) => row.line);

/** What migrations have made of the schema, so that a change of it shows in review. */
async function dump(): Promise<string> {
  const tables = await lines(`
    select format(E'table %s\\n%s%s', c.relname,
             (select string_agg(format('  %s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                       case when a.attnotnull then ' not null' else '' end,
                       coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')), E'\\n' order by a.attnum)
                from pg_attribute a left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
               where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
             (select string_agg(E'\\n  ' || pg_get_constraintdef(k.oid), '' order by k.contype, k.conname)
                from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n')) as line
      from pg_class c where c.relnamespace = 'runbook'::regnamespace and c.relkind = 'r' order by c.relname`);
  const indexes = await lines(`
    select pg_get_indexdef(i.indexrelid) as line from pg_index i join pg_class c on c.oid = i.indexrelid
     where c.relnamespace = 'runbook'::regnamespace order by c.relname`);
  const functions = await lines(`
    select format('%s %s(%s)%s %s%s', case p.prokind when 'p' then 'procedure' else 'function' end, p.proname,
             pg_get_function_arguments(p.oid), ' returns ' || pg_get_function_result(p.oid),
             case p.provolatile when 'v' then 'volatile' when 's' then 'stable' else 'immutable' end,
             coalesce(' set ' || array_to_string(p.proconfig, ' '), '')) as line
      from pg_proc p where p.pronamespace = 'runbook'::regnamespace order by p.proname, 1`);
  return [...tables, ...indexes, ...functions, ''].join('\n');
}

describe('the ledger’s schema', () => {
  it('is the one that stands beside this test; after a migration, read the difference', async () => {
    await expect(await dump()).toMatchFileSnapshot('./ledger-schema.txt');
  });

  it('has functions with the rights of their caller, and nobody else’s objects in their way', async () => {
    const loose = await db.rows(`
      select proname, prosecdef, proconfig from pg_proc
       where pronamespace = 'runbook'::regnamespace and (prosecdef or proconfig is null)
         -- A procedure that commits may have no SET clause, nor what sets settings for others, nor what
         -- executes SQL of a runbook, which means the role's own search_path.
         and proname not in ('supervise', 'launch_child', 'run_batches', 'walk_part', 'rest',
                             'try_chunk', 'brake', 'breach', 'guard_breach', 'add_parts', 'sample_middle', 'split_part', 'claim_part')`);
    expect(loose).toEqual([]);
    const described = await db.rows(`
      select proname from pg_proc p
       where pronamespace = 'runbook'::regnamespace and length(prosrc) > 400
         and obj_description(p.oid, 'pg_proc') is null`);
    expect(described).toEqual([]);
  });
});

describe('an older ledger', () => {
  it('is brought up to date, with what it holds', async () => {
    const first = readFileSync(join(ROOT, 'src/ledger/migrations/000001.sql'), 'utf8');
    await db.query(`drop schema runbook cascade; create schema runbook;
      create table runbook.migration (number integer primary key, digest text not null,
        applied_at timestamptz not null default clock_timestamp());
      ${first}
      insert into runbook.migration values (1, 'of before');
      insert into runbook.run (run_id, runbook_name, runbook_version, runbook_digest, parameters, plan, status, started_at, database_id)
      values ('20260101-aaaaaa', 'old', 1, 'sha256:', '{}', '{}', 'succeeded', now(), runbook.this_database())`);
    expect(await withSession(connectionTo(db), migrateLedger)).toEqual([2, 3, 4]);
    expect(await withSession(connectionTo(db), migrateLedger)).toEqual([]);
    expect(await db.rows('select run_id from runbook.run')).toEqual([
      { run_id: '20260101-aaaaaa' },
    ]);
    await expect(await dump()).toMatchFileSnapshot('./ledger-schema.txt');
  });
});
