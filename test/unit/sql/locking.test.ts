import { expect, it } from 'vitest';
import { lockingStatements } from '../../../src/sql/locking.js';

/** Texts, and what each is read as; those that a server can try are in test/db/steps/lock-proofs.ts. */
const CASES: readonly (readonly [string, ...string[]])[] = [
  ['insert into a select * from s."B" b', 'INSERT a', 'SELECT s."B"'],
  ['with c as (delete from a returning *) insert into b table c', 'INSERT b', 'DELETE a'],
  ['update a set x = y from b where exists (select from c)', 'UPDATE a', 'SELECT c', 'SELECT b'],
  ['select * from a, b for share of b', 'SELECT FOR UPDATE b', 'SELECT a', 'SELECT b'],
  ['select from a x for no key update of x', 'SELECT FOR UPDATE a', 'SELECT a'],
  ['explain analyze delete from a', 'DELETE a'],
  ['create table n as select * from a', 'SELECT a'],
  ['copy a from program $$x$$', 'INSERT a'],
  ['copy (select * from a) to program $$x$$', 'SELECT a'],
  ['select count(*), app.f() from a', 'OTHER app.f()', 'SELECT a'],
  ['select app.f(), pg_catalog.now(), g()', 'OTHER app.f()', 'OTHER g()', 'OTHER app.f()'],
  ['call app.p(1)', 'OTHER app.p()'],
  ['do $$ begin end $$', 'OTHER DO'],
  ['grant select on a to b', 'OTHER GRANT'],
  ['drop function f', 'OTHER DROP FUNCTION'],
  ['comment on schema s is null', 'OTHER COMMENT'],
  ['comment on column s.a.b is null', 'COMMENT ON s.a'],
  ["set work_mem = '1GB'; notify x; create table a (i int)"],
  ['create table n (like a, b int references c)', 'REFERENCES c', 'SELECT a'],
  ['vacuum', 'VACUUM every table'],
  ['vacuum (full) a, b', 'VACUUM FULL a', 'VACUUM FULL b'],
  ['vacuum (truncate, analyze) a', 'VACUUM a'],
  ['reindex schema s', 'REINDEX TABLE every table'],
  ['drop index a.i, j', 'DROP INDEX a.i', 'DROP INDEX j'],
  ['drop materialized view m', 'DROP VIEW m'],
  ['drop policy p on s.a', 'DROP TRIGGER s.a'],
  ['alter table a rename column b to c', 'ALTER TABLE a'],
  ['alter table a set schema b', 'ALTER TABLE a'],
  ['alter schema a rename to b', 'OTHER RENAME'],
  ['alter table a set (fillfactor = 9, user_catalog_table = on)', 'ALTER TABLE a'],
  ['alter table a reset (autovacuum_enabled)', 'ALTER TABLE SET (…) a'],
  [
    'alter table a add foreign key (b) references c, add column d int references e',
    ...['ALTER TABLE ADD FOREIGN KEY a', 'REFERENCES c', 'ALTER TABLE a', 'REFERENCES e'],
  ],
  ['alter table a detach partition b finalize', 'ALTER TABLE DETACH PARTITION CONCURRENTLY a b'],
  ['no sql'],
];

it.each(CASES)('%s', async (sql, ...expected) => {
  const found = await lockingStatements(sql);
  expect(found.map(({ command, relations }) => [command, ...relations].join(' '))).toEqual(
    expected,
  );
});
