import pg from 'pg';
import { expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../support/cli.js';
import { useOwnServer } from '../../support/own-server.js';
import { libpqEnvironment, serverIsGiven } from '../../support/server.js';
import { runbook, useFolder } from './support.js';

const folder = useFolder();
const server = useOwnServer('slots');

it.skipIf(serverIsGiven())(
  'why names replication slots and prepared transactions behind any number of sessions',
  async () => {
    const uri = await server.start();
    const env = libpqEnvironment(uri);
    const clients: pg.Client[] = [];
    const connect = async (): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: uri });
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
      return client;
    };
    await (await connect()).query("alter system set wal_level = 'logical'");
    await server.stop('fast');
    await server.start();
    const client = await connect();
    await client.query('create extension pg_background; create table t (i int)');
    const file = join(folder, 'one.yaml');
    writeFileSync(file, runbook('  - id: one\n    sql: SELECT 1\n'));
    expect((await runCli(['run', file, '--report', join(folder, 'r.json')], { env })).code).toBe(0);
    // Made with no other transaction open, for which it would wait.
    await client.query("select pg_create_logical_replication_slot('nobodys', 'test_decoding')");
    for (let i = 0; i < 4; i += 1) {
      await (await connect()).query('begin isolation level repeatable read; select 1');
      await client.query('insert into t values (1)');
    }
    await client.query("begin; insert into t values (2); prepare transaction 'forgotten'");
    const { stdout } = await runCli(['why', 'latest'], { env });
    expect(stdout).toMatch(
      /replication slot nobodys \(logical of database postgres, nobody reads it; holds back catalogs alone\): \d+ transactions old/,
    );
    expect(stdout).toMatch(
      /prepared transaction forgotten \(postgres\), for \S+: \d+ transactions old/,
    );
    await client.query("rollback prepared 'forgotten'");
    await Promise.all(clients.map((one) => one.end()));
  },
  120_000,
);
