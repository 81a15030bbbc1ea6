import type { ClientConfig } from 'pg';
import { MAX_DURATION_MS } from '../model/duration.js';
import { accountName, homeFile, type Environment } from './account.js';
import { readDemands, type Demands } from './authentication.js';
import { parseDsn } from './dsn.js';
import { invalidConnection } from './invalid-connection.js';
import { checkValues, KEYWORDS, type LibpqKeywords } from './keywords.js';
import { passwordFrom } from './password.js';
import { readService } from './service-file.js';
import { transportsFor, type Transport } from './ssl.js';

/** How to reach a server, as node-postgres takes it, and how to name it without its secrets. */
export interface ConnectionSettings {
  readonly client: ClientConfig;
  /** With TLS, without, or first the one and then the other. */
  readonly transports: readonly Transport[];
  readonly demands: Demands;
  /** `user@host:port/database`, for messages; never a password. */
  readonly description: string;
}

const DEFAULT_CONNECT_TIMEOUT_S = 10;

/**
 * Works out the connection by libpq's precedence: the DSN, then the service file, then the
 * environment, then libpq's defaults.
 * @param dsn a URI (`postgresql://…`) or keywords (`host=… dbname=…`).
 * @see https://www.postgresql.org/docs/current/libpq-connect.html
 * @throws RunbookError `invalid_connection` when one of them makes no sense.
 */
export function resolveConnection(dsn: string | undefined, env: Environment): ConnectionSettings {
  const given = dsn === undefined ? {} : parseDsn(dsn);
  const fromEnv = fromEnvironment(env);
  const service = given['service'] ?? fromEnv['service'];
  const keywords = {
    ...fromEnv,
    ...(service === undefined ? {} : readService(service, env)),
    ...given,
  };
  checkValues(keywords);
  // An empty value says no more than that what the environment says does not hold.
  const said = Object.entries(keywords).filter(([, value]) => value !== '');
  return toSettings(Object.fromEntries(said), env);
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

function fromEnvironment(env: Environment): LibpqKeywords {
  const pairs = Object.entries(KEYWORDS).flatMap(([keyword, { variable = '', values }]) => {
    const value = env[variable];
    // An empty variable is as good as none, but where one of a few words must be chosen.
    return value === undefined || (value === '' && values === undefined) ? [] : [[keyword, value]];
  });
  return {
    ...(env['PGREQUIRESSL']?.startsWith('1') === true ? { sslmode: 'require' } : {}),
    ...(Object.fromEntries(pairs) as LibpqKeywords),
  };
}

function toSettings(keywords: LibpqKeywords, env: Environment): ConnectionSettings {
  const user = keywords['user'] ?? accountName();
  const database = keywords['dbname'] ?? user;
  const host = keywords['hostaddr'] ?? keywords['host'] ?? 'localhost';
  const port = portOf(keywords['port'] ?? '5432');
  if (`${host}${keywords['host'] ?? ''}`.includes(',')) {
    throw invalidConnection(
      `several hosts in one connection: ${host}`,
      'Name one host: a run belongs to one server.',
    );
  }
  const passfile = keywords['passfile'] ?? homeFile(env, '.pgpass');
  const target = { host: keywords['host'] ?? host, port, user, database };
  return {
    client: {
      host,
      port,
      user,
      database,
      password: passwordFrom(keywords['password'], passfile, target),
      connectionTimeoutMillis: connectTimeoutMs(keywords['connect_timeout']),
      ...keepAlive(keywords),
      // What is not said here, node-postgres takes from the environment.
      sslnegotiation: keywords['sslnegotiation'] === 'direct' ? 'direct' : 'postgres',
      ...(keywords['options'] === undefined ? {} : { options: keywords['options'] }),
    },
    transports: transportsFor(keywords, host, env),
    demands: readDemands(keywords),
    description: describe(user, host, port, database),
  };
}

function keepAlive({ keepalives = '1', keepalives_idle = '0' }: LibpqKeywords): ClientConfig {
  return {
    keepAlive: Number(keepalives) !== 0,
    keepAliveInitialDelayMillis: Math.max(Number(keepalives_idle), 0) * 1000,
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw invalidConnection(
    `not a port number: ${text}`,
    'Check PGPORT or the port in the DSN: a number from 1 to 65535.',
  );
}

function connectTimeoutMs(text: string | undefined): number {
  const seconds = text === undefined ? DEFAULT_CONNECT_TIMEOUT_S : Number(text);
  if (Number.isInteger(seconds)) return Math.min(Math.max(seconds, 0) * 1000, MAX_DURATION_MS);
  throw invalidConnection(
    `not a number of seconds: connect_timeout=${text ?? ''}`,
    'Check PGCONNECT_TIMEOUT or connect_timeout in the DSN.',
  );
}
