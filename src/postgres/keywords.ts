import type { RunbookError } from '../errors.js';
import { nearest } from '../model/nearest.js';
import { invalidConnection } from './invalid-connection.js';

type Refusal = readonly [why: string, instead: string];

/** One of libpq's connection keywords. */
interface Keyword {
  /** The environment variable that stands for it. */
  readonly variable?: string;
  /** The only values that it takes. */
  readonly values?: readonly string[];
  readonly integer?: true;
  /** Values that cannot mean here what they mean to libpq; `any` stands for all. */
  readonly refused?: Readonly<Record<string, Refusal>>;
}

/** Values of libpq's connection keywords, by the keywords' names. */
export type LibpqKeywords = Readonly<Partial<Record<string, string>>>;

const NO_OAUTH = {
  any: ['OAuth is not spoken', 'Log in by a password or a certificate.'],
} as const;
const NO_SCRAM_KEYS = { any: ['SCRAM starts from a password', 'Give the password.'] } as const;
const OLD_PROTOCOL = ['the protocol spoken is 3.0', 'Leave it out.'] as const;
const PROTOCOLS = ['3.0', '3.2', 'latest'];

/**
 * The keywords of libpq 18. What stands here without `refused` does what libpq does, or has nothing to
 * do: of Kerberos, which is not spoken, of the client's encoding and name, which are always our own, and
 * of the finer settings of TCP keepalives.
 * @see https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  host: { variable: 'PGHOST' },
  hostaddr: { variable: 'PGHOSTADDR' },
  port: { variable: 'PGPORT' },
  dbname: { variable: 'PGDATABASE' },
  user: { variable: 'PGUSER' },
  password: { variable: 'PGPASSWORD' },
  passfile: { variable: 'PGPASSFILE' },
  service: { variable: 'PGSERVICE' },
  options: { variable: 'PGOPTIONS' },
  connect_timeout: { variable: 'PGCONNECT_TIMEOUT' },

  sslmode: {
    variable: 'PGSSLMODE',
    values: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
  },
  sslrootcert: { variable: 'PGSSLROOTCERT' },
  sslcrl: { variable: 'PGSSLCRL' },
  sslcrldir: { variable: 'PGSSLCRLDIR' },
  sslcert: { variable: 'PGSSLCERT' },
  sslkey: { variable: 'PGSSLKEY' },
  sslpassword: {},
  sslcertmode: {
    variable: 'PGSSLCERTMODE',
    values: ['disable', 'allow', 'require'],
    refused: {
      require: ['whether the server asked for a certificate cannot be told', 'Use allow.'],
    },
  },
  sslnegotiation: { variable: 'PGSSLNEGOTIATION', values: ['postgres', 'direct'] },
  sslsni: {
    variable: 'PGSSLSNI',
    values: ['0', '1'],
    refused: { 0: ['the name of the server is always sent', 'Leave it out.'] },
  },
  sslcompression: { variable: 'PGSSLCOMPRESSION' },
  sslkeylogfile: { refused: { any: ['keys are never written to a file', 'Leave it out.'] } },
  ssl_min_protocol_version: { variable: 'PGSSLMINPROTOCOLVERSION' },
  ssl_max_protocol_version: { variable: 'PGSSLMAXPROTOCOLVERSION' },

  channel_binding: { variable: 'PGCHANNELBINDING', values: ['disable', 'prefer', 'require'] },
  require_auth: { variable: 'PGREQUIREAUTH' },
  gssencmode: {
    variable: 'PGGSSENCMODE',
    values: ['disable', 'prefer', 'require'],
    refused: { require: ['Kerberos is not spoken', 'Use TLS: sslmode=verify-full.'] },
  },
  krbsrvname: { variable: 'PGKRBSRVNAME' },
  gsslib: { variable: 'PGGSSLIB' },
  gssdelegation: { variable: 'PGGSSDELEGATION' },
  requirepeer: {
    variable: 'PGREQUIREPEER',
    refused: { any: ['the owner of a socket cannot be told', 'Leave it out, or use TLS.'] },
  },
  scram_client_key: { refused: NO_SCRAM_KEYS },
  scram_server_key: { refused: NO_SCRAM_KEYS },
  oauth_issuer: { refused: NO_OAUTH },
  oauth_client_id: { refused: NO_OAUTH },
  oauth_client_secret: { refused: NO_OAUTH },
  oauth_scope: { refused: NO_OAUTH },

  target_session_attrs: {
    variable: 'PGTARGETSESSIONATTRS',
    values: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
  },
  load_balance_hosts: {
    variable: 'PGLOADBALANCEHOSTS',
    values: ['disable', 'random'],
    refused: { random: ['a run belongs to one server', 'Use disable.'] },
  },
  min_protocol_version: {
    variable: 'PGMINPROTOCOLVERSION',
    values: PROTOCOLS,
    refused: { 3.2: OLD_PROTOCOL, latest: OLD_PROTOCOL },
  },
  max_protocol_version: { variable: 'PGMAXPROTOCOLVERSION', values: PROTOCOLS },
  replication: { values: ['0', 'off', 'no', 'false'] },

  keepalives: { integer: true },
  keepalives_idle: { integer: true },
  keepalives_interval: { integer: true },
  keepalives_count: { integer: true },
  tcp_user_timeout: { integer: true },

  client_encoding: { variable: 'PGCLIENTENCODING' },
  application_name: { variable: 'PGAPPNAME' },
  fallback_application_name: {},
};

/**
 * Of a word that is no keyword, the error. The word may be a piece of a password that was not quoted:
 * it is repeated only where it is nearly a keyword.
 * @param place where it stands, such as `in the DSN after host`.
 */
export function unknownKeyword(word: string, place: string): RunbookError | undefined {
  if (Object.hasOwn(KEYWORDS, word)) return undefined;
  const near = nearest(word, Object.keys(KEYWORDS));
  const name = near === undefined ? '' : ` ${word}`;
  return invalidConnection(
    `unknown keyword${name} ${place}`,
    near === undefined
      ? 'libpq has no such keyword. A value with blanks needs single quotes around it.'
      : `Did you mean \`${near}\`?`,
  );
}

/**
 * Refuses values that libpq would not take, and those that cannot be kept to here.
 * @throws RunbookError `invalid_connection` that names the keyword and its variable.
 */
export function checkValues(keywords: LibpqKeywords): void {
  for (const [name, value = ''] of Object.entries(keywords)) {
    const { values, integer, refused = {} } = KEYWORDS[name] ?? {};
    if (values?.includes(value) === false) throw notAValue(name, value, values);
    if (integer === true && !/^[+-]?\d+$/.test(value)) throw notAValue(name, value, ['a number']);
    const exactly = refused[value];
    const refusal = exactly ?? (value === '' ? undefined : refused['any']);
    if (refusal === undefined) continue;
    // A value of which none is taken may be a key.
    const shown = exactly === undefined ? '' : ` ${value}`;
    const message = `${withVariable(name)}${shown} is not supported: ${refusal[0]}`;
    throw invalidConnection(message, refusal[1]);
  }
}

/** The error for a value that a keyword does not take, with those that it does. */
export function notAValue(name: string, value: string, values: readonly string[]): RunbookError {
  return invalidConnection(
    `not a value of ${withVariable(name)}: "${value}"`,
    `One of ${values.join(', ')}.`,
  );
}

function withVariable(name: string): string {
  const { variable } = KEYWORDS[name] ?? {};
  return variable === undefined ? name : `${name} (${variable})`;
}
