import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls';

/** How a stub of a server behaves. */
export interface StubOptions {
  /** Its certificate and key; undefined: it has no TLS. */
  readonly tls?: SecureContextOptions | undefined;
  /** What it asks for: a password as it is, by MD5, by SCRAM, a Kerberos ticket, or nothing. */
  readonly asks?: 'password' | 'md5' | 'scram' | 'gss' | 'nothing';
  /** True: it lets nobody in over TLS, or nobody without; as pg_hba.conf does. */
  readonly refuses?: 'tls' | 'plaintext';
  readonly standby?: boolean;
}

/** One connection, as the stub saw it. */
interface Seen {
  readonly tls: boolean;
  answered: boolean;
  queried: boolean;
}

export interface StubServer {
  readonly port: number;
  /** `connects over TLS`, `answers in plaintext` …, or `refuses`: nothing of a password ever came. */
  verdict(): string;
  close(): Promise<void>;
}

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const TLS_HANDSHAKE = 0x16;

const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};

const packet = (type: string, ...parts: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

const failure = (code: string, message: string): Buffer =>
  packet('E', `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);

const QUESTIONS: Readonly<Record<NonNullable<StubOptions['asks']>, Buffer>> = {
  nothing: packet('R', int32(0)),
  password: packet('R', int32(3)),
  md5: packet('R', int32(5), 'salt'),
  gss: packet('R', int32(7)),
  scram: packet('R', int32(10), 'SCRAM-SHA-256\0\0'),
};

/** Lets the client in, whatever it answered. */
function welcome({ standby = false }: StubOptions): Buffer {
  const parameters = Object.entries({
    server_version: '18.0',
    in_hot_standby: standby ? 'on' : 'off',
    default_transaction_read_only: 'off',
  });
  return Buffer.concat([
    ...parameters.map(([name, value]) => packet('S', `${name}\0${value}\0`)),
    packet('K', int32(1), int32(1)),
    packet('Z', 'I'),
  ]);
}

/** Talks to one client that has no encryption any more to agree on. */
function converse(stream: Duplex, first: Buffer, options: StubOptions, seen: Seen): void {
  const asks = options.asks ?? 'password';
  let started = false;
  const take = (chunk: Buffer): void => {
    const type = String.fromCharCode(chunk[0] ?? 0);
    if (!started) {
      started = true;
      if (options.refuses === (seen.tls ? 'tls' : 'plaintext')) {
        stream.end(failure('28000', 'no pg_hba.conf entry'));
      } else
        stream.write(
          asks === 'nothing'
            ? Buffer.concat([QUESTIONS.nothing, welcome(options)])
            : QUESTIONS[asks],
        );
    } else if (type === 'p') {
      seen.answered = true;
      stream.write(Buffer.concat([QUESTIONS.nothing, welcome(options)]));
    } else {
      seen.queried ||= type === 'Q' || type === 'P';
      stream.end(failure('57P01', 'this is no server'));
    }
  };
  stream.on('data', take);
  if (first.length > 0) take(first);
}

function secure(socket: Socket, options: StubOptions): TLSSocket {
  const stream = new TLSSocket(socket, {
    isServer: true,
    secureContext: createSecureContext(options.tls),
    ALPNProtocols: ['postgresql'],
  });
  return stream.on('error', () => undefined);
}

function serve(socket: Socket, options: StubOptions, all: Seen[]): void {
  const begin = (tls: boolean): Seen => {
    const seen = { tls, answered: false, queried: false };
    all.push(seen);
    return seen;
  };
  const hello = (chunk: Buffer): void => {
    const code = chunk.length < 8 ? 0 : chunk.readInt32BE(4);
    if (chunk[0] === TLS_HANDSHAKE && options.tls !== undefined) {
      socket.pause();
      socket.unshift(chunk);
      converse(secure(socket, options), Buffer.alloc(0), options, begin(true));
    } else if (code === SSL_REQUEST && options.tls !== undefined) {
      socket.pause();
      socket.write('S');
      converse(secure(socket, options), Buffer.alloc(0), options, begin(true));
    } else if (code === SSL_REQUEST || code === GSSENC_REQUEST) {
      socket.write('N');
      socket.once('data', hello);
    } else if (chunk[0] === TLS_HANDSHAKE) socket.destroy();
    else converse(socket, chunk, options, begin(false));
  };
  socket.once('data', hello);
}

function verdictOf(all: readonly Seen[]): string {
  const acts = all.flatMap(({ tls, answered, queried }) => {
    if (!answered && !queried) return [];
    return [`${queried ? 'connects' : 'answers'} ${tls ? 'over TLS' : 'in plaintext'}`];
  });
  return acts.length === 0 ? 'refuses' : [...new Set(acts)].join(', ');
}

/** A server on the loopback address that plays the start of a session, and records what came of it. */
export async function startStub(options: StubOptions): Promise<StubServer> {
  const all: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    serve(socket, options, all);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    verdict: () => verdictOf(all),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
