import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { assertNothingLeaked } from './leaks.js';
import { databaseUri, libpqEnvironment, serverUri } from './server.js';

let serial = 0;

/** A database of one test file's own: a clone of the template, with pg_background in schema pgbg. */
export class TestDatabase {
  /** libpq's environment that leads to this database. */
  readonly env: Record<string, string>;
  readonly #clients: pg.Client[] = [];
  #shared: Promise<pg.Client> | undefined;

  constructor(
    readonly name: string,
    readonly uri = databaseUri(name),
  ) {
    this.env = libpqEnvironment(this.uri);
  }

  /** A new connection; the helper closes it at the end, so it is no leak. */
  async connect(config: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.uri, ...config });
    // Sessions that a test terminates emit 'error' too; unheard it would end the test process.
    client.on('error', () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  /** Runs SQL on one connection that all calls share. */
  async query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values: unknown[] = [],
  ): Promise<pg.QueryResult<Row>> {
    this.#shared ??= this.connect({ application_name: 'test' });
    return (await this.#shared).query<Row>(sql, values);
  }

  async rows<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await this.query<Row>(sql, values)).rows;
  }

  /** Closes the helper's own connections and fails when any other session or worker is left. */
  async assertNoLeaks(graceMs?: number): Promise<void> {
    await this.closeClients();
    await onServer((client) => assertNothingLeaked(client, this.name, graceMs));
  }

  async closeClients(): Promise<void> {
    this.#shared = undefined;
    const clients = this.#clients.splice(0);
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }

  async drop(): Promise<void> {
    await this.closeClients();
    await onServer((client) => client.query(`drop database if exists ${this.name} with (force)`));
  }
}

/** Runs work on a connection to the maintenance database. */
export async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUri() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Makes a clone; the caller drops it. Test files use useTestDatabase instead. */
export async function createTestDatabase(
  options = `template ${inject('templateDatabase')}`,
): Promise<TestDatabase> {
  serial += 1;
  const name = `pgrb_test_${inject('runId')}_${process.pid}_${serial}`;
  await onServer((client) => client.query(`create database ${name} ${options}`));
  return new TestDatabase(name);
}

/** {@link useTestDatabase} several times. */
export async function useTestDatabases(count: number): Promise<TestDatabase[]> {
  const all: TestDatabase[] = [];
  for (let i = 0; i < count; i += 1) all.push(await useTestDatabase());
  return all;
}

/** `const db = await useTestDatabase()` on top of a test file; at its end leaks fail the file, and the clone goes. */
export async function useTestDatabase(): Promise<TestDatabase> {
  return dropAtEnd(await createTestDatabase());
}

/** {@link useTestDatabase} with another encoding: templates have one, so that it is made anew. */
export async function useTestDatabaseIn(encoding: string): Promise<TestDatabase> {
  const database = await createTestDatabase(
    `encoding '${encoding}' template template0 locale_provider libc locale 'C'`,
  );
  await database.query('create schema pgbg; create extension pg_background schema pgbg');
  return dropAtEnd(database);
}

function dropAtEnd(database: TestDatabase): TestDatabase {
  afterAll(async () => {
    try {
      await database.assertNoLeaks();
    } finally {
      await database.drop();
    }
  });
  return database;
}
