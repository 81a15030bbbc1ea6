import { LOCK_MODES, type LockMode, type LockingCommand } from '../../../src/model/locking.js';

/** How a server shows one lock of a command. */
export interface Shown {
  readonly sql: string;
  /** The relation that it waits for. */
  readonly at: string;
  /** What another session does meanwhile; by default it holds ACCESS EXCLUSIVE on the relation. */
  readonly hold?: string;
}

/** A lock that no session can be seen waiting for, and why. */
export interface NotShown {
  readonly because: string;
}

export type Proof = Shown | NotShown;

/** Rows are as few as the commands need to come as far as the lock in question. */
export const FIXTURE = `
create table parent (id int primary key);
insert into parent values (1), (2);
create table t (id int primary key, parent_id int, note text);
create index t_note on t (note);
insert into t values (1, 1);
alter table t add constraint t_parent foreign key (parent_id) references parent not valid;
create table child (id int, t_id int references t on delete cascade on update cascade);
insert into child values (1, 1);
create function nothing() returns trigger language plpgsql as 'begin return new; end';
create trigger tr after insert on t for each row execute function nothing();
create view v as select id from parent;
create materialized view m as select id from parent;
create unique index on m (id);
create table p (id int) partition by list (id);
create table p1 partition of p for values in (1);
create table pd partition of p default;
create table loose (id int);
create table q (id int) partition by list (id);
create table q1 partition of q for values in (1);
create table q2 partition of q for values in (2);`;

/** Some commands first look at a relation under ACCESS SHARE, which this lets them have. */
const maintained = (relation: string): string =>
  `lock table ${relation} in share update exclusive mode`;
/** LOCK takes no index and no materialized view, and with a view also what that reads. */
const INDEX = 'comment on index t_note is null';
const VIEW = 'comment on view v is null';
const FILLED = 'comment on materialized view m is null';

const on = (at: string, sql: string, hold?: string): Shown => ({
  sql,
  at,
  ...(hold === undefined ? {} : { hold }),
});

const LOCK_TABLE = Object.fromEntries(
  LOCK_MODES.map((mode) => [`LOCK ${mode}`, [on('t', `begin; lock table t in ${mode} mode`)]]),
) as Record<`LOCK ${LockMode}`, Proof[]>;

const merge = (what: string): string =>
  `merge into t using (values (1)) s (i) on t.id = s.i when matched then update set ${what}`;

const ATTACH = 'alter table p attach partition loose for values in (7)';
const DETACH = 'alter table p detach partition p1';

/** In the order of the facts of each command. */
export const PROOFS: Readonly<Record<LockingCommand, readonly Proof[]>> = {
  ...LOCK_TABLE,
  SELECT: [on('t', 'select * from t')],
  'SELECT FOR UPDATE': [on('t', 'select * from t for update')],
  INSERT: [on('t', 'insert into t values (3, 1)'), on('parent', 'insert into t values (3, 1)')],
  UPDATE: [
    on('t', 'update t set id = 5'),
    on('parent', 'update t set parent_id = 2'),
    on('child', 'update t set id = 5'),
  ],
  DELETE: [on('t', 'delete from t'), on('child', 'delete from t')],
  MERGE: [
    on('t', merge('id = 5')),
    on('parent', merge('parent_id = 2')),
    on('child', merge('id = 5')),
  ],
  TRUNCATE: [on('child', 'truncate child')],
  'TRUNCATE CASCADE': [on('t', 'truncate t cascade'), on('child', 'truncate t cascade')],
  VACUUM: [
    on('t', 'vacuum t', maintained('t')),
    { because: 'VACUUM asks for it again and again and never waits; a test of its own shows it' },
  ],
  'VACUUM (TRUNCATE FALSE)': [on('t', 'vacuum (truncate false) t', maintained('t'))],
  'VACUUM FULL': [on('t', 'vacuum full t', maintained('t'))],
  ANALYZE: [on('p', 'analyze p', maintained('p')), on('p1', 'analyze p', maintained('p1'))],
  'ANALYZE ONLY': [on('p', 'analyze only p', maintained('p')), on('p1', 'analyze only p')],
  CLUSTER: [on('t', 'cluster t using t_pkey')],
  'REINDEX INDEX': [on('t', 'reindex index t_note'), on('t_note', 'reindex index t_note', INDEX)],
  'REINDEX INDEX CONCURRENTLY': [
    on('t', 'reindex index concurrently t_note'),
    on('t_note', 'reindex index concurrently t_note', INDEX),
  ],
  'REINDEX TABLE': [on('t', 'reindex table t'), on('t_note', 'reindex table t', INDEX)],
  'REINDEX TABLE CONCURRENTLY': [
    on('t', 'reindex table concurrently t'),
    on('t_note', 'reindex table concurrently t', INDEX),
  ],
  REFRESH: [
    on('m', 'refresh materialized view m', FILLED),
    on('parent', 'refresh materialized view m'),
  ],
  'REFRESH CONCURRENTLY': [
    on('m', 'refresh materialized view concurrently m', FILLED),
    on('parent', 'refresh materialized view concurrently m'),
  ],
  'CREATE INDEX': [on('t', 'create index on t (note)')],
  'CREATE INDEX CONCURRENTLY': [on('t', 'create index concurrently on t (note)')],
  'DROP INDEX': [on('t', 'drop index t_note'), on('t_note', 'drop index t_note', INDEX)],
  'DROP INDEX CONCURRENTLY': [
    on('t', 'drop index concurrently t_note'),
    on('t_note', 'drop index concurrently t_note', INDEX),
  ],
  'CREATE TABLE PARTITION OF': [
    on('p', 'create table p3 partition of p for values in (3)'),
    on('pd', 'create table p3 partition of p for values in (3)'),
  ],
  'CREATE TABLE INHERITS': [on('t', 'create table heir () inherits (t)')],
  REFERENCES: [on('t', 'create table r (t_id int references t)')],
  'CREATE OR REPLACE VIEW': [on('v', 'create or replace view v as select id from t', VIEW)],
  'CREATE STATISTICS': [on('t', 'create statistics s on id, note from t')],
  'CREATE TRIGGER': [
    on('t', 'create trigger x after insert on t for each row execute function nothing()'),
  ],
  'COMMENT ON': [on('t', 'comment on table t is null')],
  'DROP TABLE': [
    on('child', 'drop table child'),
    on('t', 'drop table child'),
    on('p', 'drop table p1'),
  ],
  'DROP VIEW': [on('v', 'drop view v', VIEW)],
  'DROP TRIGGER': [on('t', 'drop trigger tr on t', maintained('t'))],
  'ALTER INDEX RENAME': [on('t_note', 'alter index t_note rename to x', INDEX)],
  'ALTER TABLE': [on('t', 'alter table t add column x int')],
  'ALTER TABLE DROP CONSTRAINT': [
    on('t', 'alter table t drop constraint t_parent'),
    on('parent', 'alter table t drop constraint t_parent'),
  ],
  'ALTER TABLE VALIDATE CONSTRAINT': [
    on('t', 'alter table t validate constraint t_parent'),
    on('parent', 'alter table t validate constraint t_parent'),
  ],
  'ALTER TABLE SET STATISTICS': [on('t', 'alter table t alter note set statistics 100')],
  'ALTER TABLE ALTER COLUMN SET (…)': [on('t', 'alter table t alter note set (n_distinct = 5)')],
  'ALTER TABLE SET (…)': [
    on(
      't',
      `alter table t set (fillfactor = 90, parallel_workers = 2, toast_tuple_target = 4080,
         autovacuum_enabled = off, log_autovacuum_min_duration = 1, vacuum_truncate = off, vacuum_index_cleanup = off,
         toast.autovacuum_enabled = off)`,
    ),
  ],
  'ALTER TABLE CLUSTER ON': [on('t', 'alter table t cluster on t_pkey')],
  'ALTER TABLE ENABLE TRIGGER': [on('t', 'alter table t disable trigger tr')],
  'ALTER TABLE ADD FOREIGN KEY': [
    on('child', 'alter table child add foreign key (id) references parent'),
  ],
  'ALTER TABLE ATTACH PARTITION': [on('p', ATTACH), on('loose', ATTACH), on('pd', ATTACH)],
  'ALTER TABLE DETACH PARTITION': [on('p', DETACH), on('p1', DETACH), on('pd', DETACH)],
  'ALTER TABLE DETACH PARTITION CONCURRENTLY': [
    on('q', 'alter table q detach partition q1 concurrently'),
    on('q1', 'alter table q detach partition q1 concurrently'),
    on(
      'q2',
      'alter table q detach partition q2 concurrently',
      'lock table q2 in access share mode',
    ),
  ],
  OTHER: [{ because: 'nothing is said of its locks' }],
};
