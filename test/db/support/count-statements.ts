import { connect, createServer, type Socket } from 'node:net';
import { listen } from './proxy.js';

/** What clients have sent through a {@link useCounter}. */
export interface Counter {
  readonly port: number;
  /** Connections so far, and the statements that were sent over them, by the first words of each. */
  readonly connections: number;
  readonly statements: string[];
}

/** A proxy on loopback to a server's port that counts statements, each a round trip; it goes at the end of the test file. */
export async function useCounter(target: number): Promise<Counter> {
  const sockets = new Set<Socket>();
  const counter = { port: 0, connections: 0, statements: [] as string[] };
  const server = createServer((client) => {
    counter.connections += 1;
    const upstream = connect(target, '127.0.0.1');
    const reader = new FrontendReader(counter.statements);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (data) => {
      reader.read(data);
      upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.end());
  });
  counter.port = await listen(server, sockets);
  return counter;
}

/** Of the length that each message begins with, after its type. */
const LENGTH_BYTES = 4;

/**
 * Reads the messages of a client.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
class FrontendReader {
  #rest = Buffer.alloc(0);
  #started = false;
  #text = '';
  readonly #prepared = new Map<string, string>();

  constructor(private readonly statements: string[]) {}

  read(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const typed = this.#started ? 1 : 0;
      if (this.#rest.length < typed + LENGTH_BYTES) return;
      const length = typed + this.#rest.readInt32BE(typed);
      if (this.#rest.length < length) return;
      const type = this.#started ? String.fromCharCode(this.#rest[0] ?? 0) : 'startup';
      this.#take(type, this.#rest.subarray(typed + LENGTH_BYTES, length));
      this.#rest = this.#rest.subarray(length);
    }
  }

  #take(type: string, body: Buffer): void {
    const text = body.toString('utf8');
    if (type === 'startup') {
      // What comes before, asks for TLS or GSS.
      this.#started = body.readInt32BE(0) >> 16 === 3;
    } else if (type === 'P') {
      const [name = '', sql = ''] = text.split('\0');
      this.#text = sql;
      this.#prepared.set(name, sql);
    } else if (type === 'B') {
      const [, name = ''] = text.split('\0');
      this.#text = this.#prepared.get(name) ?? this.#text;
    } else if (type === 'S' || type === 'Q') {
      const sql = type === 'Q' ? text : this.#text;
      this.statements.push(sql.replaceAll(/\s+/g, ' ').trim().slice(0, 60));
    }
  }
}
