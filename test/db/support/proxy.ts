import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll } from 'vitest';

/** A network between the engine and the server, which a test can break. */
export interface Proxy {
  readonly port: number;
  /** Passes the next request that holds `text` on to the server, and cuts before its answer. */
  loseAnswerTo(text: string): void;
  /** Resets the client's side of the connection whose next request holds `text`; the server's stays. */
  orphan(text: string): void;
  /** From the next request that holds `text` on, its connection neither passes anything nor ends. */
  freezeAt(text: string): void;
}

/** A proxy on loopback to a server's port; it goes at the end of the test file. */
export async function useProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let trap: { readonly text: string; readonly then: 'cut' | 'freeze' | 'orphan' } | undefined;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let state: 'open' | 'cut' | 'freeze' | 'orphan' = 'open';
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (data) => {
      if (state !== 'open') return;
      if (trap !== undefined && data.includes(trap.text)) {
        state = trap.then;
        trap = undefined;
        if (state === 'orphan') client.resetAndDestroy();
        if (state !== 'cut') return;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (state === 'open') client.write(data);
      else if (state === 'cut') client.destroy();
    });
    client.on('close', () => state !== 'freeze' && state !== 'orphan' && upstream.end());
    upstream.on('close', () => state !== 'freeze' && client.end());
  });
  const port = await listen(server, sockets);
  return {
    port,
    loseAnswerTo: (text) => (trap = { text, then: 'cut' }),
    freezeAt: (text) => (trap = { text, then: 'freeze' }),
    orphan: (text) => (trap = { text, then: 'orphan' }),
  };
}

/** Listens on the loopback address until the file's tests are over. @returns the port. */
export async function listen(server: Server, sockets: Iterable<Socket>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
