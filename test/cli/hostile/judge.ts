import type { Ending } from '../../support/cli.js';
import type { TestDatabase } from '../../support/database.js';

/** Nothing here is worth more text, or a longer line, whatever was given. */
const MOST_TEXT = 200_000;
const LONGEST_LINE = 2_500;

/** A pretence of a line, a moved cursor, or a text read backwards. */
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const MARKS_OF_A_DEFECT: Readonly<Record<string, RegExp>> = {
  'a stack trace': /^\s+at .*:\d+:\d+\)?$/m,
  'a defect': /itself failed|internal error/i,
  'an undefined': /(?<!['"`])\bundefined\b(?! (?:table|column))/,
  'an object as text': /\[object \w+\]/,
  'a number that is none': /\bNaN\b/,
  'an error of JavaScript': /\b(?:Type|Range|Reference|Syntax)Error\b|Cannot (?:read|set|convert) /,
  'an unprintable character': UNPRINTABLE,
};

/** What is wrong with an ending; nothing when it is clear. */
function complaints(ending: Ending, codes: readonly number[]): string[] {
  const { code, stderr } = ending;
  const longest = Math.max(...stderr.split('\n').map((line) => line.length));
  const marks = Object.entries(MARKS_OF_A_DEFECT).filter(([, mark]) => mark.test(stderr));
  return [
    ...(code !== null && codes.includes(code) ? [] : [`exit ${String(code)}`]),
    ...marks.map(([what]) => `stderr holds ${what}`),
    ...(stderr.length > MOST_TEXT ? [`${String(stderr.length)} characters on stderr`] : []),
    ...(longest > LONGEST_LINE ? [`a line of ${String(longest)} characters on stderr`] : []),
    ...((code === 2 || code === 3) && !/\berror: \S|^Usage: /m.test(stderr)
      ? ['no error on stderr']
      : []),
  ];
}

/** The cases that did not end as they should, each with what it said. */
export function faultsOf(
  name: string,
  ending: Ending,
  codes: readonly number[] = [2, 3],
): string[] {
  const found = complaints(ending, codes);
  return found.length === 0
    ? []
    : [`${name}: ${found.join(', ')}\n${ending.stderr.slice(0, 1_500)}`];
}

const FINGERPRINT = `
  select (select string_agg(concat(c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl), ',' order by c.oid)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname not in ('runbook', 'pg_toast')) as relations,
         (select string_agg(concat(n.nspname, n.nspowner, n.nspacl), ',' order by n.nspname)
            from pg_namespace n where n.nspname <> 'runbook') as schemas,
         (select string_agg(p.oid::text, ',' order by p.oid) from pg_proc p
           where p.pronamespace not in (select oid from pg_namespace where nspname = 'runbook')) as functions,
         (select string_agg(n::text, ',' order by id) from note n) as rows,
         -- Other test files make and drop roles named after their databases.
         (select string_agg(r::text, ',' order by rolname) from pg_roles r
           where rolname not like '%pgrb\\_test\\_%') as roles,
         (select string_agg(s::text, ',' order by setrole) from pg_db_role_setting s
            join pg_database d on d.oid = s.setdatabase where d.datname = current_database()) as own_settings,
         (select string_agg(concat(name, '=', reset_val), ',' order by name) from pg_settings
           where source = 'configuration file') as settings`;

/** A table that hostile texts would like to drop. */
export async function makeNote(db: TestDatabase): Promise<void> {
  await db.query(`
    create table note (id int primary key, value int not null);
    insert into note select g, 1 from generate_series(1, 100) g`);
}

/** All of a database that no hostile input may change; the ledger aside. */
export async function fingerprint(db: TestDatabase): Promise<unknown> {
  return (await db.rows(FINGERPRINT))[0];
}
