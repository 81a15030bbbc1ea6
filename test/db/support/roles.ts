import { afterAll } from 'vitest';
import { migrateLedger } from '../../../src/index.js';
import { onServer, type TestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import { connectionTo, withSession, type Account, type Reachable } from './run-yaml.js';

/** Makes a role that may run runbooks, and owns nothing. */
export async function makeRole(
  db: Reachable,
  query: (sql: string) => Promise<unknown>,
  { user, password }: Account,
  extensionSchema: string,
): Promise<void> {
  await withSession(connectionTo(db), migrateLedger);
  await query(`
    create role ${user} login password '${password}';
    grant pgbackground_role to ${user};
    grant usage on schema ${extensionSchema}, runbook to ${user};
    grant select, insert, update, delete on all tables in schema runbook to ${user}`);
}

/** {@link makeRole} for a test file, at whose end it goes. */
export async function useRole(db: TestDatabase): Promise<Account> {
  const account = { user: `${db.name}_small`, password: 'for tests only' };
  await makeRole(db, (sql) => db.query(sql), account, EXTENSION_SCHEMA);
  afterAll(async () => {
    await db.query(`drop owned by ${account.user}`);
    await onServer((client) => client.query(`drop role ${account.user}`));
  });
  return account;
}
