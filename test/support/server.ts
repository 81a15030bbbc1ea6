import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** URI of the maintenance database `postgres`, as superuser. */
    serverUri: string;
    /** The template database with pg_background that every test database is a clone of. */
    templateDatabase: string;
    /** Marks this run's databases, so that a later run can tell those of a killed one. */
    runId: string;
    /** What the compiler said against the sources; empty when the program is built. */
    buildFailure: string;
  }
}

export const serverUri = (): string => inject('serverUri');

/** Whether the environment names the server; then it is not ours to restart, nor set as we set ours. */
export const serverIsGiven = (): boolean => (process.env['PG_RUNBOOK_TEST_DSN'] ?? '') !== '';

/** The same server and account, another database. */
export function databaseUri(name: string, uri = serverUri()): string {
  const url = new URL(uri);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.toString();
}

/** libpq's environment for a URI, for programs that are run as a user would run them. */
export function libpqEnvironment(uri: string): Record<string, string> {
  const url = new URL(uri);
  const all = {
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: decodeURIComponent(url.pathname.slice(1)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Sends SQL over a connection of its own: what the server is restarted under keeps none. */
export async function queryOnce<T extends pg.QueryResultRow>(
  uri: string,
  sql: string,
): Promise<T[]> {
  const client = new pg.Client({ connectionString: uri });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
