import pg from 'pg';
import { messageOf, RunbookError } from '../errors.js';
import { quoteIdentifier } from '../sql/quote.js';
import type { ConnectionSettings } from './connection-settings.js';
import { asSqlError, SQLSTATE } from './errors.js';
import { NO_TLS } from './startup-connection.js';

/** node-postgres has no code for this, only a text of its own. */
const NO_PASSWORD = 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string';

/** PostgreSQL's function that looks for CONNECT: its message is translated, and this is not. */
const LOOKS_FOR_CONNECT = 'CheckMyDatabase';

const HINTS = {
  password: 'Put it into ~/.pgpass or the file that PGPASSFILE names, or into PGPASSWORD.',
  noTls:
    'Set ssl = on on the server, or name the port that has TLS. In a network that you trust: sslmode=prefer.',
  tls: 'Check sslmode, sslrootcert and the other settings of TLS, and the certificate of the server.',
  setting:
    'Check the settings that the session begins with: `options` of the DSN or the service, or PGOPTIONS.',
  other:
    'Check PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSWORD (or .pgpass, PGSERVICE), or pass --dsn URI.',
} as const;

/**
 * The error for a connection that came to nothing.
 * @param failures of each try, with TLS and without.
 * @param ofTls there was no TLS to be had, or not such as was asked for.
 */
export function connectionFailed(
  settings: ConnectionSettings,
  failures: readonly unknown[],
  ofTls: boolean,
): RunbookError {
  const errors = failures.flatMap((error) =>
    error instanceof AggregateError ? (error.errors as unknown[]) : [error],
  );
  const why = [...new Set(errors.map(messageOf))];
  // Where we went on without TLS, its absence is no reason.
  const reasons = why.length === 1 ? why : why.filter((one) => one !== NO_TLS);
  const sqlstate = failures.map((error) => asSqlError(error)?.sqlstate).find(Boolean);
  return new RunbookError(
    'connection_failed',
    `cannot connect to ${settings.description}: ${reasons.map(inPlainWords).join('; ')}`,
    {
      cause: failures[0],
      ...(sqlstate === undefined ? {} : { sqlstate }),
      hint: hintFor(settings, errors, reasons, ofTls),
    },
  );
}

function inPlainWords(reason: string): string {
  return reason === NO_PASSWORD ? 'the server asks for a password, and none was given' : reason;
}

function hintFor(
  settings: ConnectionSettings,
  errors: readonly unknown[],
  reasons: readonly string[],
  ofTls: boolean,
): string {
  const refused = errors.find(
    (error) => error instanceof pg.DatabaseError && error.code === SQLSTATE.insufficientPrivilege,
  ) as pg.DatabaseError | undefined;
  if (refused?.routine === LOOKS_FOR_CONNECT) return connectGrant(settings);
  if (refused !== undefined) return HINTS.setting;
  const known = errors.find((error) => error instanceof RunbookError);
  if (known?.hint !== undefined) return known.hint;
  if (reasons.includes(NO_PASSWORD)) return HINTS.password;
  if (!ofTls) return HINTS.other;
  return reasons.includes(NO_TLS) ? HINTS.noTls : HINTS.tls;
}

/** A role that may not connect cannot ask what else is missing. */
function connectGrant({ client: { database = '', user = '' } }: ConnectionSettings): string {
  return `GRANT CONNECT ON DATABASE ${quoteIdentifier(database)} TO ${quoteIdentifier(user)};`;
}
