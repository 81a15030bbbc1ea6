import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface EditorDiagnostic {
  readonly message: string;
  readonly range: { readonly start: Position };
}

const require = createRequire(import.meta.url);
const SERVER = join(
  dirname(require.resolve('yaml-language-server/package.json')),
  'bin/yaml-language-server',
);

/** Any connection that the server tries to make is told on stderr and refused. */
const NO_NETWORK = `data:text/javascript,${encodeURIComponent(`
  import net from 'node:net';
  net.Socket.prototype.connect = function (...to) {
    process.stderr.write('network: ' + JSON.stringify(to) + '\\n');
    throw new Error('no network');
  };`)}`;

/** What an editor says when it is asked for its settings: all of them on, but no list of schemas from afar. */
const SETTINGS: Readonly<Record<string, object>> = {
  yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false } },
};

/** The part of an editor that talks to yaml-language-server, over stdio by JSON-RPC. */
export class LanguageClient {
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #diagnostics = new Map<string, readonly EditorDiagnostic[]>();
  #received = Buffer.alloc(0);
  #serial = 0;
  /** What the server said on stderr; attempts to use the network are among it. */
  stderr = '';

  private constructor() {
    this.#child = spawn(process.execPath, ['--import', NO_NETWORK, SERVER, '--stdio'], {
      env: { PATH: process.env['PATH'] },
    });
    this.#child.stdout?.on('data', (data: Buffer) => {
      this.#receive(data);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  static async start(rootUri: string): Promise<LanguageClient> {
    const client = new LanguageClient();
    await client.#ask('initialize', {
      processId: process.pid,
      rootUri,
      capabilities: {
        workspace: { configuration: true },
        textDocument: { hover: { contentFormat: ['markdown'] } },
      },
    });
    client.#send({ method: 'initialized', params: {} });
    return client;
  }

  open(uri: string, text: string): void {
    const textDocument = { uri, languageId: 'yaml', version: 1, text };
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } });
  }

  /** The labels that completion offers. */
  async completions(uri: string, position: Position): Promise<string[]> {
    const params = { textDocument: { uri }, position };
    const { items } = (await this.#ask('textDocument/completion', params)) as {
      items: { label: string }[];
    };
    return items.map(({ label }) => label);
  }

  async hover(uri: string, position: Position): Promise<string> {
    const params = { textDocument: { uri }, position };
    const found = (await this.#ask('textDocument/hover', params)) as {
      contents: { value: string };
    } | null;
    return found?.contents.value ?? '';
  }

  /** What the server has last said of a document, as an editor underlines it; undefined before that. */
  diagnostics(uri: string): readonly EditorDiagnostic[] | undefined {
    return this.#diagnostics.get(uri);
  }

  async stop(): Promise<void> {
    await this.#ask('shutdown', null);
    const closed = once(this.#child, 'close');
    this.#send({ method: 'exit' });
    await closed;
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    this.#serial += 1;
    const id = this.#serial;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${JSON.stringify(error)}`));
      });
      this.#send({ id, method, params });
    });
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const head = `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    this.#child.stdin?.write(head + body);
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      const start = this.#received.indexOf('\r\n\r\n') + 4;
      if (start < 4) return;
      const head = this.#received.subarray(0, start).toString();
      const end = start + Number(/Content-Length: (\d+)/i.exec(head)?.[1]);
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.subarray(start, end).toString()) as Message;
      this.#received = this.#received.subarray(end);
      this.#take(message);
    }
  }

  #take({ id, method, params, ...answer }: Message): void {
    if (method === 'textDocument/publishDiagnostics') {
      const told = params as { uri: string; diagnostics: EditorDiagnostic[] };
      this.#diagnostics.set(told.uri, told.diagnostics);
    }
    if (id === undefined) return;
    if (method === undefined) {
      this.#answers.get(id)?.(answer);
      this.#answers.delete(id);
      return;
    }
    const items = (params as { items?: { section: string }[] }).items ?? [];
    this.#send({ id, result: items.map(({ section }) => SETTINGS[section] ?? null) });
  }
}
