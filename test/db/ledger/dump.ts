import type { TestDatabase } from '../../support/database.js';

/**
 * The tables, indexes and functions of a ledger, so that a change of them shows in review.
 * @param without a function that is left out.
 */
export async function dumpLedger(db: TestDatabase, { without = '' } = {}): Promise<string> {
  const lines = async (sql: string, values: unknown[] = []): Promise<string[]> =>
    (await db.rows<{ line: string }>(sql, values)).map((row) => row.line);
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
  const functions = await lines(
    `
    select format('%s %s(%s)%s %s%s', case p.prokind when 'p' then 'procedure' else 'function' end, p.proname,
             pg_get_function_arguments(p.oid), ' returns ' || pg_get_function_result(p.oid),
             case p.provolatile when 'v' then 'volatile' when 's' then 'stable' else 'immutable' end,
             coalesce(' set ' || array_to_string(p.proconfig, ' '), '')) || ' body ' || md5(p.prosrc) as line
      from pg_proc p where p.pronamespace = 'runbook'::regnamespace and p.proname <> $1 order by p.proname, 1`,
    [without],
  );
  return [...tables, ...indexes, ...functions, ''].join('\n');
}
