/** The lock modes of relations, from the weakest to the strongest. */
export const LOCK_MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

export type LockMode = (typeof LOCK_MODES)[number];

/** Commands as far as they differ in what they lock. */
export type LockingCommand =
  | 'SELECT'
  | 'SELECT FOR UPDATE'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'MERGE'
  | 'TRUNCATE'
  | 'TRUNCATE CASCADE'
  | `LOCK ${LockMode}`
  | 'VACUUM'
  | 'VACUUM (TRUNCATE FALSE)'
  | 'VACUUM FULL'
  | 'ANALYZE'
  | 'ANALYZE ONLY'
  | 'CLUSTER'
  | `${'REINDEX INDEX' | 'REINDEX TABLE' | 'REFRESH' | 'CREATE INDEX' | 'DROP INDEX'}${'' | ' CONCURRENTLY'}`
  | 'CREATE TABLE PARTITION OF'
  | 'CREATE TABLE INHERITS'
  | 'REFERENCES'
  | 'CREATE OR REPLACE VIEW'
  | 'CREATE STATISTICS'
  | 'CREATE TRIGGER'
  | 'COMMENT ON'
  | 'DROP TABLE'
  | 'DROP VIEW'
  | 'DROP TRIGGER'
  | 'ALTER INDEX RENAME'
  | 'ALTER TABLE'
  | 'ALTER TABLE DROP CONSTRAINT'
  | 'ALTER TABLE VALIDATE CONSTRAINT'
  | 'ALTER TABLE SET STATISTICS'
  | 'ALTER TABLE ALTER COLUMN SET (…)'
  | 'ALTER TABLE SET (…)'
  | 'ALTER TABLE CLUSTER ON'
  | 'ALTER TABLE ENABLE TRIGGER'
  | 'ALTER TABLE ADD FOREIGN KEY'
  | 'ALTER TABLE ATTACH PARTITION'
  | 'ALTER TABLE DETACH PARTITION'
  | 'ALTER TABLE DETACH PARTITION CONCURRENTLY'
  /** Code, or a command that this list does not know: named in the place of a relation. */
  | 'OTHER';

/** A command of a text of SQL, and the relations that it names, as they are written. */
export interface LockingStatement {
  readonly command: LockingCommand;
  readonly relations: readonly string[];
}
