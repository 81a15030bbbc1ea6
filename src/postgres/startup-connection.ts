import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import pg from 'pg';
import { messageOf, RunbookError } from '../errors.js';
import {
  judgeMethod,
  judgeServer,
  type Demands,
  type Method,
  type Refusal,
} from './authentication.js';

/** What node-postgres does with its socket, and its types do not tell. */
const Connection = pg.Connection as unknown as new (
  config: pg.ClientConfig & { sslNegotiation?: string | undefined },
) => pg.Connection & {
  attachListeners(stream: Duplex): void;
};

const BOUND = 'SCRAM-SHA-256-PLUS';
/** node-postgres has no codes for these, only texts of its own. */
export const NO_TLS = 'The server does not support SSL connections';
const TIMED_OUT = 'timeout expired';
const KERBEROS = /^Unknown authenticationOk message type [789]$/;

/**
 * The start of a session: what the server asks for is judged before node-postgres answers it, so that
 * no server that was not meant gets a password.
 */
export class StartupConnection extends Connection {
  readonly #demands: Demands;
  readonly #direct: boolean;
  readonly #reported = new Map<string, string>();
  #stage: 'reaching' | 'securing' | 'authenticating' | 'authenticated' | 'ready' = 'reaching';
  #method: Method = 'none';
  #bound = false;
  /** SCRAM: whether the server has proven that it knows the password. */
  #proven = true;
  #failedForTls = false;
  #refused = false;

  constructor(config: pg.ClientConfig, demands: Demands) {
    super({ ...config, sslNegotiation: config.sslnegotiation });
    this.#demands = demands;
    this.#direct = config.sslnegotiation === 'direct';
  }

  /** True: there is no TLS to be had, or not such as was asked for. */
  get failedForTls(): boolean {
    return this.#failedForTls;
  }

  /** Undefined where a pooler in between does not tell. */
  get serverEncoding(): string | undefined {
    return this.#reported.get('server_encoding');
  }

  /** Whether libpq would try with TLS instead of without, or the other way round. */
  get mayFallBack(): boolean {
    return this.#failedForTls || this.#refused;
  }

  /** A message that makes no sense ends the connection; thrown from a socket, it would end the program. */
  override attachListeners(stream: Duplex): void {
    super.attachListeners(stream);
    for (const listener of stream.listeners('data') as ((data: Buffer) => void)[]) {
      stream.off('data', listener).on('data', (data: Buffer) => {
        try {
          listener(data);
        } catch (error) {
          stream.destroy(KERBEROS.test(messageOf(error)) ? askedForKerberos() : (error as Error));
        }
      });
    }
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (this.#stage === 'ready') return super.emit(event, ...args);
    if (event === 'sslconnect') return this.#secure();
    const refusal = this.#judge(String(event), args[0]);
    if (refusal === undefined) return super.emit(event, ...args);
    this.stream.destroy();
    return super.emit('error', new RunbookError('connection_failed', refusal, { hint: HINT }));
  }

  /** The name of role and database wait as well until the server has shown who it is. */
  #secure(): boolean {
    const { stream } = this;
    if (!(stream instanceof TLSSocket)) throw new TypeError('TLS goes over a TLSSocket');
    this.#stage = 'securing';
    stream.once('secureConnect', () => {
      if (this.#direct && stream.alpnProtocol !== 'postgresql') {
        stream.destroy(new Error('the server speaks TLS, but not for PostgreSQL (ALPN)'));
        return;
      }
      this.#stage = 'authenticating';
      super.emit('sslconnect');
    });
    return true;
  }

  #judge(event: string, message: unknown): Refusal {
    switch (event) {
      case 'error':
        this.#failedForTls ||= this.#isOfTls(message as Error);
        return undefined;
      case 'errorMessage':
        this.#refused ||= this.#stage !== 'authenticated';
        return undefined;
      case 'authenticationCleartextPassword':
        return this.#ask('password');
      case 'authenticationMD5Password':
        return this.#ask('md5');
      case 'authenticationSASL':
        return this.#askSasl((message as { mechanisms: readonly string[] }).mechanisms);
      case 'authenticationSASLFinal':
        this.#proven = true;
        return undefined;
      case 'authenticationOk':
        this.#stage = 'authenticated';
        return this.#proven ? judgeMethod(this.#demands, this.#method, this.#bound) : UNPROVEN;
      case 'parameterStatus':
        return this.#report(message as { parameterName: string; parameterValue: string });
      case 'readyForQuery':
        return this.#begin();
      default:
        return undefined;
    }
  }

  #isOfTls({ message }: Error): boolean {
    if (this.#stage === 'reaching') return message === NO_TLS;
    return this.#stage === 'securing' && message !== TIMED_OUT;
  }

  #ask(method: Method): Refusal {
    this.#method = method;
    return judgeMethod(this.#demands, method, this.#bound);
  }

  #askSasl(mechanisms: readonly string[]): Refusal {
    const encrypted = this.stream instanceof TLSSocket;
    this.#bound =
      encrypted && this.#demands.channelBinding !== 'disable' && mechanisms.includes(BOUND);
    this.#proven = false;
    return this.#ask('scram-sha-256');
  }

  #report({
    parameterName,
    parameterValue,
  }: {
    parameterName: string;
    parameterValue: string;
  }): Refusal {
    this.#reported.set(parameterName, parameterValue);
    return undefined;
  }

  #begin(): Refusal {
    if (this.#stage !== 'authenticated') return UNPROVEN;
    const refusal = judgeServer(this.#demands, this.#reported);
    if (refusal === undefined) this.#stage = 'ready';
    return refusal;
  }
}

const UNPROVEN = 'the server lets us in without the proof that it is the one that was meant';
const HINT =
  'Ask who runs the server, or change channel_binding, require_auth or target_session_attrs (DSN, service or PG* variable).';

function askedForKerberos(): RunbookError {
  return new RunbookError('connection_failed', 'the server asks for Kerberos (GSSAPI or SSPI)', {
    hint: 'Kerberos is not supported: let pg_hba.conf ask this role for scram-sha-256 or cert.',
  });
}
