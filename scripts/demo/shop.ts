import { readFileSync } from 'node:fs';
import { Client, DatabaseError } from 'pg';
import { parseSql } from '../../src/sql/parser.js';

const LOCK_NOT_AVAILABLE = '55P03';

/** The same server and account, another database. */
export function inDatabase(uri: string, database: string): string {
  const url = new URL(uri);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.toString();
}

/** Runs work on a connection that is closed at the end, whatever happens. */
export async function withClient<T>(uri: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: uri, application_name: 'pg-runbook-demo' });
  // Unheard, a lost connection would end the program before the query that fails by it could tell why.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Drops the database if it is there, with all who use it, and makes it anew. */
export async function makeDatabase(serverUri: string, database: string): Promise<string> {
  await withClient(serverUri, async (client) => {
    const name = client.escapeIdentifier(database);
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  });
  return inDatabase(serverUri, database);
}

/** The shop's SQL files, in order: its tables, its rows, and what some busy weeks did to them. */
export const SHOP_FILES = ['shop.sql', 'load.sql', 'wear.sql'] as const;

/** Runs one of the shop's files, each statement in a transaction of its own, as psql would. */
export async function runFile(
  client: Client,
  file: (typeof SHOP_FILES)[number],
  scale: number,
): Promise<void> {
  await client.query("SELECT set_config('demo.scale', $1, false)", [String(scale)]);
  const sql = readFileSync(new URL(file, import.meta.url), 'utf8');
  for (const statement of await splitStatements(sql)) await client.query(statement);
  // A session's counters reach the others at its end or now: the plan reads them next.
  await client.query('SELECT pg_stat_force_next_flush()');
}

/** An expression that PostgreSQL works out anew for each row, so that building the index takes its time. */
const SEARCH_INDEX = `CREATE INDEX CONCURRENTLY reviews_search_idx ON reviews
  USING gin (to_tsvector('english', body))`;

/**
 * Begins to build an index behind a transaction that does not end, and gives up: an invalid index stays.
 * By lock_timeout, since a statement_timeout could strike before the index is in the catalogs.
 */
export async function breakOffBuild(uri: string): Promise<void> {
  await withClient(uri, async (writer) => {
    await writer.query('BEGIN');
    await writer.query('LOCK TABLE reviews IN ROW EXCLUSIVE MODE');
    await withClient(uri, async (builder) => {
      await builder.query("SET lock_timeout = '100ms'");
      const error: unknown = await builder.query(SEARCH_INDEX).catch((caught: unknown) => caught);
      if (!(error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE)) {
        throw new Error('the index build was to wait for the writer', { cause: error });
      }
    });
  });
}

async function splitStatements(sql: string): Promise<string[]> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) throw new Error(`${parsed.error.message} at ${parsed.error.offset}`);
  return parsed.statements.map(({ offset }, index) =>
    sql.slice(offset, parsed.statements[index + 1]?.offset),
  );
}
