import type { ClientConfig } from 'pg';
import { RunbookError } from '../errors.js';
import { MAX_DURATION_MS } from '../model/duration.js';
import { parseDsn } from './dsn.js';
import { passwordFrom } from './password.js';
import { readService } from './service-file.js';
import { sslFor } from './ssl.js';

/** How to reach a server, as node-postgres takes it, and how to name it without its secrets. */
export interface ConnectionSettings {
  readonly client: ClientConfig;
  /** True: when the server has no TLS, connect without. */
  readonly sslOptional: boolean;
  /** `user@host:port/database`, for messages; never a password. */
  readonly description: string;
}

/** libpq's connection keywords that we honour, by their own names. */
export type LibpqKeywords = Readonly<Partial<Record<string, string>>>;

/** The environment variables of libpq and the keywords that they stand for. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PGHOST: 'host',
  PGHOSTADDR: 'hostaddr',
  PGPORT: 'port',
  PGDATABASE: 'dbname',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGSERVICE: 'service',
  PGOPTIONS: 'options',
  PGSSLMODE: 'sslmode',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
  PGCONNECT_TIMEOUT: 'connect_timeout',
};

const DEFAULT_CONNECT_TIMEOUT_S = 10;

/**
 * Works out the connection by libpq's precedence: the DSN, then the service file, then the
 * environment, then libpq's defaults.
 * @param dsn a URI (`postgresql://…`) or keywords (`host=… dbname=…`).
 * @see https://www.postgresql.org/docs/current/libpq-connect.html
 * @throws RunbookError `invalid_connection` when one of them makes no sense.
 */
export function resolveConnection(
  dsn: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ConnectionSettings {
  const given = dsn === undefined ? {} : parseDsn(dsn);
  const fromEnv = fromEnvironment(env);
  const service = given['service'] ?? fromEnv['service'];
  const keywords = {
    ...fromEnv,
    ...(service === undefined ? {} : readService(service, env)),
    ...given,
  };
  return toSettings(keywords, env);
}

/**
 * The same server, role and password in another database. The password is that of the first one: a
 * database that was made a moment ago has no line in a password file.
 */
export function inDatabase(settings: ConnectionSettings, database: string): ConnectionSettings {
  const client = { ...settings.client, database };
  const { user = '', host = '', port = 0 } = client;
  return { ...settings, client, description: describe(user, host, port, database) };
}

function describe(user: string, host: string, port: number, database: string): string {
  return `${user}@${host}:${String(port)}/${database}`;
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): LibpqKeywords {
  const pairs = Object.entries(ENVIRONMENT).flatMap(([variable, keyword]) => {
    const value = env[variable];
    return value === undefined || value === '' ? [] : [[keyword, value] as const];
  });
  return Object.fromEntries(pairs);
}

function toSettings(
  keywords: LibpqKeywords,
  env: Readonly<Record<string, string | undefined>>,
): ConnectionSettings {
  const user = keywords['user'] ?? env['USER'] ?? 'postgres';
  const database = keywords['dbname'] ?? user;
  const host = keywords['hostaddr'] ?? keywords['host'] ?? 'localhost';
  const port = portOf(keywords['port'] ?? '5432');
  if (host.includes(',')) {
    throw new RunbookError('invalid_connection', `several hosts in one connection: ${host}`, {
      hint: 'Name one host: a run belongs to one server.',
    });
  }
  const ssl = sslFor(keywords, host);
  const client: ClientConfig = {
    host,
    port,
    user,
    database,
    password: passwordFrom(keywords, { host: keywords['host'] ?? host, port, user, database }),
    connectionTimeoutMillis: connectTimeoutMs(keywords['connect_timeout']),
    keepAlive: true,
    ...(ssl.options === undefined ? {} : { ssl: ssl.options }),
    ...(keywords['options'] === undefined ? {} : { options: keywords['options'] }),
  };
  const description = describe(user, host, port, database);
  return { client, sslOptional: ssl.optional, description };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new RunbookError('invalid_connection', `not a port number: ${text}`, {
    hint: 'Check PGPORT or the port in the DSN: a number from 1 to 65535.',
  });
}

function connectTimeoutMs(text: string | undefined): number {
  const seconds = text === undefined ? DEFAULT_CONNECT_TIMEOUT_S : Number(text);
  if (Number.isInteger(seconds)) return Math.min(Math.max(seconds, 0) * 1000, MAX_DURATION_MS);
  throw new RunbookError(
    'invalid_connection',
    `not a number of seconds: connect_timeout=${text ?? ''}`,
    {
      hint: 'Check PGCONNECT_TIMEOUT or connect_timeout in the DSN.',
    },
  );
}
