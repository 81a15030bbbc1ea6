import { createHash } from 'node:crypto';
import pg from 'pg';

/** The schema of the extension: not public, so that a call that is not qualified fails in a test. */
export const EXTENSION_SCHEMA = 'pgbg';

const SETUP_SQL = `
  create schema ${EXTENSION_SCHEMA};
  create extension pg_background schema ${EXTENSION_SCHEMA};`;

/** Any number; every process that makes templates on the server takes the same one. */
const ADVISORY_LOCK = 7_314_022_655;

/** Makes the template unless it is there. Its name follows its content: a changed setup is a new one. */
export async function ensureTemplate(serverUri: string): Promise<string> {
  const hash = createHash('sha256').update(SETUP_SQL).digest('hex').slice(0, 10);
  const name = `pgrb_template_${hash}`;
  const client = new pg.Client({ connectionString: serverUri });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await makeTemplate(client, serverUri, name);
  } finally {
    await client.end();
  }
  return name;
}

/** Made under another name and renamed: a killed run leaves no half-made template behind. */
async function makeTemplate(client: pg.Client, serverUri: string, name: string): Promise<void> {
  const draft = `${name}_draft`;
  await client.query(`drop database if exists ${draft} with (force)`);
  await client.query(`create database ${draft} template template0`);
  const url = new URL(serverUri);
  url.pathname = `/${draft}`;
  const setup = new pg.Client({ connectionString: url.toString() });
  await setup.connect();
  try {
    await setup.query(SETUP_SQL);
  } finally {
    await setup.end();
  }
  // Nobody may connect to it: a session in a template makes every CREATE DATABASE from it fail.
  await client.query(`alter database ${draft} allow_connections false`);
  await client.query(`alter database ${draft} rename to ${name}`);
}
