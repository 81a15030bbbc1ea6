import { cpus, release, totalmem } from 'node:os';
import { discardServer, startServer } from '../db/ensure.js';
import { run } from '../db/command.js';
import { Tools } from '../db/tools.js';
import { libpqEnvironment } from '../demo/program.js';
import { makeDatabase, withClient } from '../demo/shop.js';

const INSTANCE = `bench-${String(process.pid)}`;

/** What servers of people have, and the one for tests has not: commits that wait for the disk. */
const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'];

/** A server of the benches' own, with PostgreSQL's programs. */
export class BenchServer {
  constructor(readonly uri: string) {}

  /** A fresh database with the extension. */
  async database(name: string): Promise<string> {
    const uri = await makeDatabase(this.uri, name);
    await withClient(uri, (client) => client.query('CREATE EXTENSION pg_background'));
    return uri;
  }

  /** Runs one of PostgreSQL's programs against a database. @returns how long it took, in ms. */
  async time(uri: string, program: string, args: readonly string[]): Promise<number> {
    const tools = new Tools(INSTANCE);
    const from = performance.now();
    const { code, stderr } = await tools.run(program, args, libpqEnvironment(uri));
    const ms = performance.now() - from;
    if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${stderr}`);
    return ms;
  }
}

/** Brings up a server for the time of `work`, and removes it, data and all. */
export async function withBenchServer<T>(work: (server: BenchServer) => Promise<T>): Promise<T> {
  try {
    const uri = await startServer({ instance: INSTANCE });
    await withClient(uri, async (client) => {
      for (const name of DURABLE) await client.query(`ALTER SYSTEM SET ${name} = on`);
      await client.query(`ALTER SYSTEM SET max_wal_size = '8GB'`);
      await client.query('SELECT pg_reload_conf()');
    });
    await requireDurable(uri);
    return await work(new BenchServer(uri));
  } finally {
    await discardServer({ instance: INSTANCE });
  }
}

/** A new session has the settings as they were reloaded. */
async function requireDurable(uri: string): Promise<void> {
  await withClient(uri, async (client) => {
    for (const name of DURABLE) {
      const { rows } = await client.query<{ is: string }>('SELECT current_setting($1) AS is', [
        name,
      ]);
      if (rows[0]?.is !== 'on') throw new Error(`${name} is ${rows[0]?.is ?? 'unknown'}`);
    }
  });
}

/** What `npm run bench` ran on, for its results. */
export async function describeMachine(uri: string): Promise<Readonly<Record<string, string>>> {
  const server = await withClient(uri, async (client) => {
    const { rows } = await client.query<{ server: string; extension: string }>(
      `SELECT current_setting('server_version') AS server,
              (SELECT default_version FROM pg_available_extensions WHERE name = 'pg_background') AS extension`,
    );
    return rows[0];
  });
  const { stdout } = await run('git', ['rev-parse', '--short', 'HEAD']);
  return {
    processors: `${String(cpus().length)} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${String(Math.round(totalmem() / 2 ** 30))} GiB`,
    system: `Linux ${release()}`,
    node: process.version,
    postgresql: server?.server ?? 'unknown',
    pg_background: server?.extension ?? 'unknown',
    commit: stdout.trim(),
  };
}
