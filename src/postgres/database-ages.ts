import type { Queryable, Row } from './session.js';

/** What a database's age is counted in. */
export type Counter = 'transactions' | 'multixacts';

/** How old a server's databases are by one counter, against what the server does about it. */
export interface Ages {
  readonly counter: Counter;
  /** Of the database that we are connected to. */
  readonly here: number;
  /** The oldest database: it sets the limits for all of them. */
  readonly oldest: { readonly database: string; readonly age: number };
  /** From this age of a table on autovacuum freezes it, even where it is turned off. */
  readonly autovacuum: number;
}

/**
 * From this age of the oldest database on the server gives out nothing more of the counter, in any database: three
 * million before half of the 32-bit numbers are used up.
 * @see https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND
 */
export const STOP_AGE = 2 ** 31 - 1 - 3_000_000;

/** From this age on the server warns with every use: 40 million before all is used up, on PostgreSQL 14 to 18. */
export const WARN_AGE = 2 ** 31 - 1 - 40_000_000;

interface AgeRow extends Row {
  readonly database: string;
  readonly here: boolean;
  readonly transactions: number;
  readonly multixacts: number;
  readonly xid_limit: number;
  readonly mxid_limit: number;
}

/** Reads how old the databases are. Takes no lock and no transaction ID. */
export async function readDatabaseAges(db: Queryable): Promise<Ages[]> {
  const rows = await db.query<AgeRow>(
    `SELECT d.datname::text AS database, d.datname = current_database() AS here,
            age(d.datfrozenxid) AS transactions, mxid_age(d.datminmxid) AS multixacts,
            current_setting('autovacuum_freeze_max_age')::int AS xid_limit,
            current_setting('autovacuum_multixact_freeze_max_age')::int AS mxid_limit
       FROM pg_catalog.pg_database d
      -- The server passes by what a DROP DATABASE left half done.
      WHERE d.datconnlimit <> -2 ORDER BY d.datname`,
  );
  return [
    agesOf(rows, 'transactions', rows[0]?.xid_limit),
    agesOf(rows, 'multixacts', rows[0]?.mxid_limit),
  ];
}

function agesOf(rows: readonly AgeRow[], counter: Counter, autovacuum = 0): Ages {
  const oldest = rows.reduce((old, row) => (row[counter] > old[counter] ? row : old));
  return {
    counter,
    here: rows.find(({ here }) => here)?.[counter] ?? 0,
    oldest: { database: oldest.database, age: oldest[counter] },
    autovacuum,
  };
}
