import type { Lock } from '../generated/plan.v1.js';
import {
  LOCK_MODES,
  type LockMode,
  type LockingCommand,
  type LockingStatement,
} from '../model/locking.js';

/**
 * The modes that each mode keeps others from.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html
 */
const CONFLICTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
  'ACCESS SHARE': LOCK_MODES.slice(7),
  'ROW SHARE': LOCK_MODES.slice(6),
  'ROW EXCLUSIVE': LOCK_MODES.slice(4),
  'SHARE UPDATE EXCLUSIVE': LOCK_MODES.slice(3),
  SHARE: LOCK_MODES.filter((mode, index) => index >= 2 && mode !== 'SHARE'),
  'SHARE ROW EXCLUSIVE': LOCK_MODES.slice(2),
  EXCLUSIVE: LOCK_MODES.slice(1),
  'ACCESS EXCLUSIVE': LOCK_MODES,
};

type Activity = NonNullable<Lock['blocks']>[number];

/** What others do, by the mode that they need for it. */
const NEEDED: Readonly<Record<Activity, LockMode>> = {
  reads: 'ACCESS SHARE',
  row_locks: 'ROW SHARE',
  writes: 'ROW EXCLUSIVE',
  maintenance: 'SHARE UPDATE EXCLUSIVE',
  ddl: 'ACCESS EXCLUSIVE',
};

/** What a lock on a relation keeps others from. Pure. */
export function blockedBy(mode: LockMode): Activity[] {
  return (Object.keys(NEEDED) as Activity[]).filter((what) =>
    CONFLICTS[mode].includes(NEEDED[what]),
  );
}

interface LockFact {
  /** `$1` and `$2` stand for the relations that the command names. */
  readonly on: string;
  /** Null: what is named does not tell. */
  readonly mode: LockMode | null;
  /** For moments only; otherwise to the end of the command or of its transaction. */
  readonly briefly?: true;
  readonly note?: string;
}

type More = Pick<LockFact, 'briefly' | 'note'>;

const takes = (mode: LockMode, on = '$1', more: More = {}): LockFact => ({ on, mode, ...more });

const WAITS = { note: 'waits for older transactions' };
const TABLE = 'the table of $1';
const READ = 'relations that $1 reads';
const REFERRED = 'tables that foreign keys of $1 refer to';
const REFERRING = 'tables whose foreign keys refer to $1';
const DEFAULT = 'the default partition of $1';

const READS = [takes('ACCESS SHARE')];
const MAINTAINS = [takes('SHARE UPDATE EXCLUSIVE')];
const OWNS = [takes('ACCESS EXCLUSIVE')];
const CHECKED = takes('ROW SHARE', REFERRED);
const CASCADED = takes('ROW EXCLUSIVE', REFERRING);
const INSERTS = [takes('ROW EXCLUSIVE'), CHECKED];
const ANYTHING = [...INSERTS, CASCADED];
const CONCURRENTLY = takes('SHARE UPDATE EXCLUSIVE', '$1', WAITS);

/**
 * What each command locks, on PostgreSQL 14 to 18 alike. A view locks what it reads too, a
 * partitioned table its partitions, and a trigger whatever its code names: that is not told here.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html
 * @see https://www.postgresql.org/docs/current/sql-altertable.html
 */
export const LOCK_FACTS: Readonly<Record<LockingCommand, readonly LockFact[]>> = {
  SELECT: READS,
  'SELECT FOR UPDATE': [takes('ROW SHARE')],
  INSERT: INSERTS,
  UPDATE: ANYTHING,
  DELETE: [takes('ROW EXCLUSIVE'), CASCADED],
  MERGE: ANYTHING,
  TRUNCATE: OWNS,
  'TRUNCATE CASCADE': [...OWNS, takes('ACCESS EXCLUSIVE', REFERRING)],
  'LOCK ACCESS SHARE': [takes('ACCESS SHARE')],
  'LOCK ROW SHARE': [takes('ROW SHARE')],
  'LOCK ROW EXCLUSIVE': [takes('ROW EXCLUSIVE')],
  'LOCK SHARE UPDATE EXCLUSIVE': [takes('SHARE UPDATE EXCLUSIVE')],
  'LOCK SHARE': [takes('SHARE')],
  'LOCK SHARE ROW EXCLUSIVE': [takes('SHARE ROW EXCLUSIVE')],
  'LOCK EXCLUSIVE': [takes('EXCLUSIVE')],
  'LOCK ACCESS EXCLUSIVE': [takes('ACCESS EXCLUSIVE')],
  VACUUM: [
    ...MAINTAINS,
    takes('ACCESS EXCLUSIVE', '$1', {
      briefly: true,
      note: 'at its end, to give back empty pages, if it gets it at once',
    }),
  ],
  'VACUUM (TRUNCATE FALSE)': MAINTAINS,
  'VACUUM FULL': OWNS,
  ANALYZE: [...MAINTAINS, takes('SHARE UPDATE EXCLUSIVE', 'partitions of $1')],
  'ANALYZE ONLY': [...MAINTAINS, takes('ACCESS SHARE', 'partitions of $1')],
  CLUSTER: OWNS,
  'REINDEX INDEX': [takes('SHARE', TABLE), ...OWNS],
  'REINDEX INDEX CONCURRENTLY': [takes('SHARE UPDATE EXCLUSIVE', TABLE, WAITS), CONCURRENTLY],
  'REINDEX TABLE': [takes('SHARE'), takes('ACCESS EXCLUSIVE', 'indexes of $1')],
  'REINDEX TABLE CONCURRENTLY': [
    CONCURRENTLY,
    takes('SHARE UPDATE EXCLUSIVE', 'indexes of $1', WAITS),
  ],
  REFRESH: [...OWNS, takes('ACCESS SHARE', READ)],
  'REFRESH CONCURRENTLY': [takes('EXCLUSIVE'), takes('ACCESS SHARE', READ)],
  'CREATE INDEX': [takes('SHARE')],
  'CREATE INDEX CONCURRENTLY': [CONCURRENTLY],
  'DROP INDEX': [takes('ACCESS EXCLUSIVE', TABLE), ...OWNS],
  'DROP INDEX CONCURRENTLY': [takes('SHARE UPDATE EXCLUSIVE', TABLE, WAITS), CONCURRENTLY],
  'CREATE TABLE PARTITION OF': [...OWNS, takes('ACCESS EXCLUSIVE', DEFAULT)],
  'CREATE TABLE INHERITS': MAINTAINS,
  REFERENCES: [takes('SHARE ROW EXCLUSIVE')],
  'CREATE OR REPLACE VIEW': OWNS,
  'CREATE STATISTICS': MAINTAINS,
  'CREATE TRIGGER': [takes('SHARE ROW EXCLUSIVE')],
  'COMMENT ON': MAINTAINS,
  'DROP TABLE': [
    ...OWNS,
    takes('ACCESS EXCLUSIVE', REFERRED),
    takes('ACCESS EXCLUSIVE', 'the table that $1 is a partition of'),
  ],
  'DROP VIEW': OWNS,
  'DROP TRIGGER': OWNS,
  'ALTER INDEX RENAME': MAINTAINS,
  'ALTER TABLE': OWNS,
  'ALTER TABLE DROP CONSTRAINT': [...OWNS, takes('ACCESS EXCLUSIVE', REFERRED)],
  'ALTER TABLE VALIDATE CONSTRAINT': [...MAINTAINS, CHECKED],
  'ALTER TABLE SET STATISTICS': MAINTAINS,
  'ALTER TABLE ALTER COLUMN SET (…)': MAINTAINS,
  'ALTER TABLE SET (…)': MAINTAINS,
  'ALTER TABLE CLUSTER ON': MAINTAINS,
  'ALTER TABLE ENABLE TRIGGER': [takes('SHARE ROW EXCLUSIVE')],
  'ALTER TABLE ADD FOREIGN KEY': [takes('SHARE ROW EXCLUSIVE')],
  'ALTER TABLE ATTACH PARTITION': [
    ...MAINTAINS,
    takes('ACCESS EXCLUSIVE', '$2'),
    takes('ACCESS EXCLUSIVE', DEFAULT),
  ],
  'ALTER TABLE DETACH PARTITION': [
    ...OWNS,
    takes('ACCESS EXCLUSIVE', '$2'),
    takes('ACCESS EXCLUSIVE', DEFAULT),
  ],
  'ALTER TABLE DETACH PARTITION CONCURRENTLY': [
    CONCURRENTLY,
    takes('SHARE UPDATE EXCLUSIVE', '$2', WAITS),
    takes('ACCESS EXCLUSIVE', '$2', { briefly: true, note: 'at its end' }),
  ],
  OTHER: [{ on: '$1', mode: null }],
};

/** Whether a command waits for older transactions, beside its waits for locks on relations. Pure. */
export function waitsForOldTransactions(command: LockingCommand): boolean {
  return LOCK_FACTS[command].some(({ note }) => note === WAITS.note);
}

/** What a command locks when it works on relations of these names. Pure. */
export function locksOf(command: LockingCommand, ...relations: readonly string[]): Lock[] {
  return LOCK_FACTS[command].map(({ on, mode, briefly, note }) => ({
    on: on.replace(/\$(\d)/, (_, place) => relations[Number(place) - 1] ?? 'the relation'),
    mode,
    held: briefly === true ? 'briefly' : 'throughout',
    blocks: mode === null ? null : blockedBy(mode),
    note: note ?? null,
  }));
}

/** What several commands lock together: of each relation the strongest lock. Pure. */
export function locksOfAll(statements: readonly LockingStatement[]): Lock[] {
  const strongest = new Map<string, Lock>();
  for (const lock of statements.flatMap((s) => locksOf(s.command, ...s.relations))) {
    const key = `${lock.held} ${lock.on}`;
    const known = strongest.get(key);
    if (known === undefined || strength(lock) > strength(known)) strongest.set(key, lock);
  }
  return [...strongest.values()];
}

function strength({ mode }: Lock): number {
  return LOCK_MODES.findIndex((one) => one === mode);
}
