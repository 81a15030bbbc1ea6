import pg from 'pg';

/** What of node-postgres' connection it takes; its types do not tell. */
interface Protocol {
  parse(query: { readonly name: string; readonly text: string; readonly types: [] }): void;
  sync(): void;
}

/** A statement that the server reads, and no more: Parse without Bind and Execute. */
export class Analysis extends pg.Query {
  readonly #text: string;

  constructor(text: string, done: (error: Error | null | undefined) => void) {
    super({ text, values: [] }, done);
    this.#text = text;
  }

  override submit = (connection: unknown): void => {
    const protocol = connection as Protocol;
    protocol.parse({ name: '', text: this.#text, types: [] });
    protocol.sync();
  };
}
