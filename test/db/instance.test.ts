import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../scripts/db/cache.js';
import { startServer, stopServer } from '../../scripts/db/ensure.js';
import { probe } from '../../scripts/db/probe.js';
import { dataFolder } from '../../scripts/db/server.js';
import { readState, writeState, type ClusterHandle, type State } from '../../scripts/db/state.js';
import { runProgram } from '../support/cli.js';
import { useOwnServer } from '../support/own-server.js';
import { serverIsGiven, serverUri } from '../support/server.js';

const { instance } = useOwnServer('start');

async function dbStart(): Promise<{ code: number | null; uri: string | undefined }> {
  const cache = process.env['XDG_CACHE_HOME'];
  const args = ['--import', 'tsx', 'scripts/db/start.ts', '--instance', instance];
  const env = cache === undefined ? {} : { XDG_CACHE_HOME: cache };
  const { code, stdout } = await runProgram(process.execPath, args, { env });
  return { code, uri: stdout.trimEnd().split('\n').at(-1) };
}

function state(): State {
  const found = readState(openCache(instance).state);
  if (found === undefined) throw new Error('no state file');
  return found;
}

/** Undefined where the server is a container, which has no postmaster.pid of ours. */
function cluster(): ClusterHandle | undefined {
  const { server } = state();
  return server.kind === 'cluster' ? server.cluster : undefined;
}

function occupy(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

describe.skipIf(serverIsGiven())('db:start and db:stop', () => {
  it('two callers at once start one server and print its URI', async () => {
    const [one, two] = await Promise.all([dbStart(), dbStart()]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.uri).toMatch(/^postgresql:\/\/postgres:[0-9a-f]+@127\.0\.0\.1:\d+\/postgres$/);
    expect(two.uri).toBe(one.uri);
    expect(one.uri).not.toBe(serverUri());
  });

  it('stops just its own server, and starts it again under the same URI', async () => {
    const uri = await startServer({ instance });
    expect(await stopServer('immediate', { instance })).toBe(true);
    expect(await stopServer('fast', { instance })).toBe(false);
    await expect(probe(uri)).rejects.toThrow();
    await expect(probe(serverUri())).resolves.toMatchObject({ hasExtension: true });
    expect(await startServer({ instance })).toBe(uri);
  });

  it('takes another port when its own one is somebody else’s now', async () => {
    await startServer({ instance });
    await stopServer('fast', { instance });
    const { port } = state();
    const stranger = await occupy(port);
    try {
      const uri = await startServer({ instance });
      expect(Number(new URL(uri).port)).not.toBe(port);
    } finally {
      stranger.close();
    }
  });

  it('does not take another PostgreSQL on its port for its own', async () => {
    await startServer({ instance });
    await stopServer('fast', { instance });
    const { port, password } = readState(openCache().state) ?? state();
    writeState(openCache(instance).state, { ...state(), port, password });
    const uri = await startServer({ instance });
    expect(Number(new URL(uri).port)).not.toBe(port);
  });

  it('neither trusts nor signals the PID in a stale postmaster.pid', async ({ skip }) => {
    await startServer({ instance });
    const own = cluster() ?? skip('the server is a container');
    await stopServer('immediate', { instance });
    // This process has the PID now; pg_ctl would send it the stop signal.
    const stale = `${String(process.pid)}\n/nowhere\n1\n1\n\n127.0.0.1\n`;
    writeFileSync(join(dataFolder(own), 'postmaster.pid'), stale);
    expect(await stopServer('fast', { instance })).toBe(false);
    await expect(startServer({ instance }).then(probe)).resolves.toMatchObject({
      hasExtension: true,
    });
  });

  it('finds its server when the state file is torn or lost', async () => {
    await startServer({ instance });
    writeFileSync(openCache(instance).state, '{"format":1,"por');
    await expect(startServer({ instance }).then(probe)).resolves.toMatchObject({
      hasExtension: true,
    });
  });
});
