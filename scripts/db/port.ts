import { createServer, type AddressInfo } from 'node:net';

/** Binds a loopback port for a moment; 0 lets the kernel choose. Answers the port, or undefined. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ port, host: '127.0.0.1' }, () => {
      const bound = (server.address() as AddressInfo).port;
      server.close(() => {
        resolve(bound);
      });
    });
  });
}

export async function portIsFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== undefined;
}

/** The preferred port when it is free (a restarted server keeps its URI), else any free one. */
export async function freePort(preferred?: number): Promise<number> {
  const port = preferred === undefined ? undefined : await tryPort(preferred);
  const chosen = port ?? (await tryPort(0));
  if (chosen === undefined) throw new Error('no free port on 127.0.0.1');
  return chosen;
}
