import { afterAll } from 'vitest';
import { onServer, type TestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';
import type { Account } from './run-yaml.js';

/**
 * Makes a role that may run runbooks, and owns nothing but the schema of its ledger.
 * @param ledger the name of that schema at first.
 */
export async function makeRole(
  query: (sql: string) => Promise<unknown>,
  { user, password }: Account,
  extensionSchema: string,
  ledger = 'runbook',
): Promise<void> {
  await query(`
    create role ${user} login password '${password}';
    grant pgbackground_role to ${user};
    grant usage on schema ${extensionSchema} to ${user};
    create schema ${ledger} authorization ${user}`);
}

/**
 * {@link makeRole} for a test file, at whose end it goes. The schema of its ledger waits under another name:
 * `runYaml` with `as` puts it in the place of the superuser's for the time of a run.
 */
export async function useRole(db: TestDatabase): Promise<Account> {
  const account = { user: `${db.name}_small`, password: 'for tests only' };
  const ledger = `runbook_of_${account.user}`;
  await makeRole((sql) => db.query(sql), account, EXTENSION_SCHEMA, ledger);
  afterAll(async () => {
    await db.query(`drop owned by ${account.user} cascade`);
    await onServer((client) => client.query(`drop role ${account.user}`));
  });
  return account;
}
