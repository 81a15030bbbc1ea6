import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../scripts/db/settings.js';
import { createTestDatabase, onServer, useTestDatabase } from '../support/database.js';
import { serverIsGiven, serverUri } from '../support/server.js';
import { EXTENSION_SCHEMA } from '../support/template.js';

const db = await useTestDatabase();
const ownServer = !serverIsGiven();

describe('the test server', () => {
  it('is PostgreSQL 18 or later, with pg_background in a schema of its own', async () => {
    const [seen] = await db.rows<{ version: number; schema: string }>(
      `select current_setting('server_version_num')::int as version,
              extnamespace::regnamespace::text as schema
         from pg_extension where extname = 'pg_background'`,
    );
    expect(seen?.version).toBeGreaterThanOrEqual(180_000);
    expect(seen?.schema).toBe(EXTENSION_SCHEMA);
  });

  it.runIf(ownServer)('has the settings of scripts/db, and UTF-8', async () => {
    const rows = await db.rows<{ name: string; value: string }>(
      'select name, current_setting(name) as value from pg_settings where name = any($1)',
      [[...Object.keys(SETTINGS), 'server_encoding', 'autovacuum']],
    );
    const seen = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    expect(seen).toEqual({ ...SETTINGS, server_encoding: 'UTF8', autovacuum: 'on' });
  });

  it.runIf(ownServer)('listens on loopback only and wants its password', async () => {
    const url = new URL(serverUri());
    expect(url.hostname).toBe('127.0.0.1');
    url.password = 'wrong';
    const client = new pg.Client({ connectionString: url.toString() });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('runs a background worker in the clone', async () => {
    const [handle] = await db.rows<{ pid: number; cookie: string }>(
      `select pid, cookie from ${EXTENSION_SCHEMA}.pg_background_launch('select 1')`,
    );
    expect(handle?.pid).toBeGreaterThan(0);
    expect(handle?.cookie).toMatch(/^-?\d+$/);
  });
});

describe('test databases', () => {
  it('are clones that share nothing', async () => {
    await db.query('create table only_here (id int)');
    const other = await createTestDatabase();
    try {
      const [row] = await other.rows("select to_regclass('only_here') as found");
      expect(row).toEqual({ found: null });
    } finally {
      await other.drop();
    }
    const left = await onServer((client) =>
      client.query('select from pg_database where datname = $1', [other.name]),
    );
    expect(left.rowCount).toBe(0);
  });

  it('pass the leak check when nothing is left, the helper closing its own connections', async () => {
    const other = await createTestDatabase();
    await other.connect();
    await other.query('select 1');
    await expect(other.assertNoLeaks()).resolves.toBeUndefined();
    await other.drop();
  });

  it('fail the leak check on a connection that is left', async () => {
    const other = await createTestDatabase();
    const config = { connectionString: other.uri, application_name: 'pg-runbook/leaked' };
    const leaked = new pg.Client(config);
    leaked.on('error', () => undefined);
    await leaked.connect();
    await expect(other.assertNoLeaks(300)).rejects.toThrow(
      /client backend \d+ "pg-runbook\/leaked"/,
    );
    await leaked.end();
    await other.drop();
  });

  it('fail the leak check on a worker that outlives its launcher', async () => {
    const other = await createTestDatabase();
    const launch = `select ${EXTENSION_SCHEMA}.pg_background_launch('select pg_sleep(30)')`;
    await other.query(launch);
    await expect(other.assertNoLeaks(300)).rejects.toThrow(/pg_background \d+ .*pg_sleep/);
    await other.drop();
    await sleep(100);
    const workers = await onServer((client) =>
      client.query('select from pg_stat_activity where datname = $1', [other.name]),
    );
    expect(workers.rowCount).toBe(0);
  });
});
