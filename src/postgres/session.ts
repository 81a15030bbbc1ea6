import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import pg from 'pg';
import { messageOf, RunbookError } from '../errors.js';
import { cutText } from '../model/cut-text.js';
import type { WorkerIdentity } from '../model/identity.js';
import type { ConnectionSettings } from './connection-settings.js';
import { clientEncoding, READING, SAFE_SEARCH_PATH } from '../model/settings.js';
import { Analysis } from './analysis.js';
import { connectionFailed } from './connection-failed.js';
import { asSqlError } from './errors.js';
import { ASK_AFTER_MS, ASKED_WITHIN_MS, isAtWork } from './silence.js';
import { StartupConnection } from './startup-connection.js';
import { beginSession } from './session-settings.js';
import type { Settings } from '../model/runbook.js';

/** One row, by column name. */
export type Row = Record<string, unknown>;

/** How often a text is sent in one session: what is sent `often` is parsed and planned once. */
export type Recurrence = 'once' | 'often';

/** Something that answers queries. */
export interface Queryable {
  query<R extends Row>(
    sql: string,
    values?: readonly unknown[],
    recurrence?: Recurrence,
  ): Promise<R[]>;
  /** The search_path that its role has by default. */
  readonly rolePath: string;
  /** Has the server read one statement: its syntax, names and types. It is neither planned nor executed. */
  analyze(sql: string): Promise<void>;
}

/** A message that the server sent beside a result. */
export interface Notice {
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
  /** PostgreSQL's source file that sent it: no function of a user's can pretend to be one. */
  readonly file: string;
}

/** Connection exceptions and shutdowns: of this session, or re-raised by it from a worker's. */
const MAYBE_FATAL = /^(08|57P0[1235])/;

/** One connection to the server. Its queries run one after another. */
export class Session implements Queryable {
  #lost: Error | undefined;
  #identity: WorkerIdentity | undefined;
  #rolePath = '';
  /** Names of prepared statements, by their texts. */
  readonly #prepared = new Map<string, string>();
  readonly #client: pg.Client;
  readonly #settings: ConnectionSettings;

  private constructor(client: pg.Client, settings: ConnectionSettings) {
    this.#client = client;
    this.#settings = settings;
    client.on('error', (error) => (this.#lost ??= error));
    client.on('end', () => (this.#lost ??= new Error('the connection was closed')));
  }

  /**
   * Connects. Before any SQL is sent, the server reads it as it was validated, and finds only PostgreSQL's own names.
   * The session acts as the role that logs in. The owner of a database may set another role for all of its sessions, and a
   * function of that role could set the role back.
   * @param answersWithinMs a query without an answer for so long means that the connection is dead:
   *   a cut network may tell nobody.
   * @param own settings of the session.
   * @throws RunbookError `connection_failed` with what the server or the network said.
   */
  static async open(
    settings: ConnectionSettings,
    applicationName: string,
    answersWithinMs: number,
    own: Settings = {},
  ): Promise<Session> {
    const failures: unknown[] = [];
    let ofTls = false;
    for (const ssl of settings.transports) {
      const config = {
        ...settings.client,
        ssl,
        enableChannelBinding: ssl !== false && settings.demands.channelBinding !== 'disable',
        // Direct is a way to begin TLS; without TLS, node-postgres refuses the word.
        sslnegotiation: ssl === false ? 'postgres' : settings.client.sslnegotiation,
        application_name: applicationName,
        query_timeout: answersWithinMs,
      } as const;
      const connection = new StartupConnection(config, settings.demands);
      try {
        return await Session.#connect(config, connection, settings, own);
      } catch (error) {
        failures.push(error);
        ofTls = connection.failedForTls;
        if (!connection.mayFallBack) break;
      }
    }
    throw connectionFailed(settings, failures, ofTls);
  }

  static async #connect(
    config: pg.ClientConfig,
    connection: StartupConnection,
    settings: ConnectionSettings,
    own: Settings,
  ): Promise<Session> {
    // Its types do not tell of `connection`.
    const client = new pg.Client({ ...config, connection } as pg.ClientConfig);
    const session = new Session(client, settings);
    try {
      await client.connect();
      const { identity, rolePath } = await beginSession(session, {
        ...own,
        ...READING,
        client_encoding: clientEncoding(connection.serverEncoding),
        search_path: SAFE_SEARCH_PATH,
        role: 'none',
      });
      session.#identity = identity;
      session.#rolePath = rolePath;
    } catch (error) {
      // Refused for want of a password, its socket would stay open, and the program with it for a minute.
      void client.end().catch(() => undefined);
      throw error;
    }
    return session;
  }

  /** The search_path that its role has by default in the database: this session has another one, workers have this. */
  get rolePath(): string {
    return this.#rolePath;
  }

  /** Who this session is on the server. */
  get identity(): WorkerIdentity | undefined {
    return this.#identity;
  }

  /** True when the connection is gone. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Sends one statement. Always by the extended protocol, which refuses a text of several: SQL of a
   * runbook cannot end the statement that it was put in, and begin another one.
   */
  async query<R extends Row>(
    sql: string,
    values: readonly unknown[] = [],
    recurrence: Recurrence = 'once',
  ): Promise<R[]> {
    const name = recurrence === 'often' ? { name: this.#nameOf(sql) } : {};
    const query = { ...name, text: sql, values: [...values], queryMode: 'extended' as const };
    const result = await this.#send(() => this.#client.query<R>(query));
    return result.rows;
  }

  async analyze(sql: string): Promise<void> {
    const asked = (done: (error: Error | null | undefined) => void): void => {
      this.#client.query(new Analysis(sql, done));
    };
    await this.#send(() => promisify(asked)());
  }

  #nameOf(sql: string): string {
    const name = this.#prepared.get(sql) ?? `pg_runbook_${String(this.#prepared.size)}`;
    this.#prepared.set(sql, name);
    return name;
  }

  /** Sends several statements of our own, which hold nothing that comes from a runbook or the server. */
  async script(sql: string): Promise<void> {
    await this.#send(() => this.#client.query(sql));
  }

  /** Runs `work` and collects the messages that the server sends meanwhile. */
  async withNotices<T>(work: () => Promise<T>): Promise<{ value: T; notices: Notice[] }> {
    const notices: Notice[] = [];
    const listener = (notice: pg.DatabaseError | { message?: string | undefined }): void => {
      notices.push(toNotice(notice));
    };
    this.#client.on('notice', listener);
    try {
      return { value: await work(), notices };
    } finally {
      this.#client.off('notice', listener);
    }
  }

  /** Ends the connection; one that is gone already is no error. */
  async close(): Promise<void> {
    await this.#client.end().catch((error: unknown) => {
      if (this.#lost === undefined) throw error;
    });
  }

  async #send<T>(query: () => Promise<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#connectionLost(this.#lost);
    const asking = setInterval(() => void this.#askAboutSilence(), ASK_AFTER_MS);
    try {
      return await query();
    } catch (error) {
      if (!isReadTimeout(error) && (await this.#isAlive(error))) throw error;
      this.#lost ??= error instanceof Error ? error : new Error(String(error));
      throw this.#connectionLost(this.#lost);
    } finally {
      clearInterval(asking);
    }
  }

  /** Ends a connection that is silent though the server does not work for it. */
  async #askAboutSilence(): Promise<void> {
    const { pid, stream } = serverSide(this.#client);
    const open = (): Promise<Session> =>
      Session.open(withTimeout(this.#settings), 'pg-runbook:ask', ASKED_WITHIN_MS);
    if (pid === null || (await isAtWork(open, pid))) return;
    this.#lost ??= new Error('it answers nothing, and does not work on the query');
    stream.destroy();
  }

  /** A worker's 57P01 that its reader re-raises looks like our own session's end: only asking tells. */
  async #isAlive(error: unknown): Promise<boolean> {
    const sqlstate = asSqlError(error)?.sqlstate;
    if (sqlstate === undefined || !MAYBE_FATAL.test(sqlstate)) return this.#lost === undefined;
    return this.#client.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  #connectionLost(cause: unknown): RunbookError {
    const sqlstate = asSqlError(cause)?.sqlstate;
    const message = `lost the connection to ${this.#settings.description}: ${messageOf(cause)}`;
    return new RunbookError('connection_lost', message, {
      cause,
      ...(sqlstate === undefined ? {} : { sqlstate }),
      hint: 'Look whether the server restarted, and what still runs: pg_stat_activity, application_name like pg-runbook/%',
    });
  }
}

/** Its types do not tell of these. */
function serverSide(client: pg.Client): { pid: number | null; stream: Socket } {
  const { processID, connection } = client as unknown as {
    processID: number | null;
    connection: { stream: Socket };
  };
  return { pid: processID, stream: connection.stream };
}

function withTimeout(settings: ConnectionSettings): ConnectionSettings {
  return { ...settings, client: { ...settings.client, connectionTimeoutMillis: ASKED_WITHIN_MS } };
}

/** node-postgres has no code for either, only texts of its own, which are not translated. */
function isReadTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

function toNotice(notice: object): Notice {
  const { severity, code, message, file } = notice as Partial<Record<string, string>>;
  return {
    severity: severity ?? 'NOTICE',
    sqlstate: code ?? '00000',
    message: cutText(message ?? ''),
    file: file ?? '',
  };
}
