import {
  inDatabase,
  resolveConnection,
  type ConnectionSettings,
} from '../postgres/connection-settings.js';

/** How to get to a database, as plain data: a thread gets it as a copy. */
export interface Reach {
  readonly dsn: string | undefined;
  /** libpq's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly database: string;
}

export function connectionTo({ dsn, env, database }: Reach): ConnectionSettings {
  return inDatabase(resolveConnection(dsn, env), database);
}
