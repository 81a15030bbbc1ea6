import { Client } from 'pg';

/** A session that goes on updating single rows of a table, and times each. */
export class PointUpdates {
  #stopped = false;
  readonly #times: number[] = [];
  readonly #work: Promise<void>;

  private constructor(
    private readonly client: Client,
    rows: number,
  ) {
    this.#work = this.#run(rows);
  }

  static async start(uri: string, rows: number): Promise<PointUpdates> {
    const client = new Client({ connectionString: uri, application_name: 'pg-runbook-bench' });
    await client.connect();
    return new PointUpdates(client, rows);
  }

  /** Rows all over the table, so that some are those of the batch at hand. */
  async #run(rows: number): Promise<void> {
    for (let i = 0; !this.#stopped; i += 1) {
      const id = 1 + ((i * 7_919) % rows);
      const start = performance.now();
      await this.client.query('UPDATE bench SET pad = $1 WHERE id = $2', ['changed', id]);
      this.#times.push(performance.now() - start);
    }
  }

  async stop(): Promise<{ count: number; longestMs: number }> {
    this.#stopped = true;
    await this.#work;
    await this.client.end();
    return { count: this.#times.length, longestMs: Math.max(...this.#times) };
  }
}
