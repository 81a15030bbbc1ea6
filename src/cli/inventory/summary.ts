import { join } from 'node:path';
import type { Database, InventoryReportV1 } from '../../generated/inventory-report.v1.js';
import type { ExitCode } from '../../errors.js';
import { toTimestamp } from '../../engine/clock.js';
import type { Shard } from '../../model/inventory.js';
import type { OutputFile } from '../atomic-file.js';
import { requiredOnce } from '../engine-run.js';
import type { Output } from '../io.js';
import { writeReportPieces } from '../report-file.js';
import { toJson } from '../../report/json.js';

/** What of the document is known before anything is done. */
export type SummaryHead = Pick<InventoryReportV1, 'runbook' | 'inventory' | 'tags' | 'pass'>;

/** What a database comes to. */
export type Change = Partial<Omit<Database, 'name' | 'server'>>;

/** Each shard has a summary of its own. */
export function summaryPath(folder: string, shard: Shard | undefined): string {
  const part = shard === undefined ? '' : `-${String(shard.index)}-of-${String(shard.of)}`;
  return join(folder, `summary${part}.json`);
}

/**
 * The document about all databases. Its file is written as it goes on, each time whole, so that a killed
 * process leaves a truthful one.
 */
export class Summary {
  readonly path: string;
  readonly #document: InventoryReportV1;
  readonly #write: (text: string) => Promise<void>;
  #stale = false;
  #saving: Promise<void> | undefined;

  constructor(
    output: Output,
    file: OutputFile,
    head: SummaryHead,
    shard: Shard | undefined,
    databases: readonly Pick<Database, 'name' | 'server'>[],
  ) {
    this.path = file.path;
    this.#write = requiredOnce(output, (text: string) =>
      writeReportPieces(file, [text], '--report DIR'),
    );
    this.#document = {
      report_version: 1,
      ...head,
      shard: shard === undefined ? null : `${String(shard.index)}/${String(shard.of)}`,
      started_at: toTimestamp(Date.now()),
      finished_at: null,
      exit_code: null,
      databases: databases.map(({ name, server }) => ({ name, server, ...PENDING })),
      counts: {},
    };
  }

  get document(): InventoryReportV1 {
    const counts: Record<string, number> = {};
    for (const { status } of this.#document.databases) counts[status] = (counts[status] ?? 0) + 1;
    return { ...this.#document, counts };
  }

  /** Takes down what became of a database; the file follows, and nobody waits for the disk. */
  note(name: string, change: Change): void {
    const database = this.#document.databases.find((one) => one.name === name);
    if (database === undefined) throw new Error(`the summary has no database ${name}`);
    Object.assign(database, change);
    // Once it could be written, a failure is told and no more.
    void this.save();
  }

  /** Takes down how the command ended, and writes the file. */
  async close(exitCode: ExitCode): Promise<void> {
    this.#document.finished_at = toTimestamp(Date.now());
    this.#document.exit_code = exitCode;
    await this.save();
  }

  /**
   * Writes the file; of several who want to at once, one does for all.
   * @throws RunbookError `report_not_written` the first time only.
   */
  async save(): Promise<void> {
    this.#stale = true;
    this.#saving ??= this.#saveAll().finally(() => (this.#saving = undefined));
    await this.#saving;
  }

  async #saveAll(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      await this.#write(toJson(this.document));
    }
  }
}

const PENDING: Omit<Database, 'name' | 'server'> = {
  status: 'pending',
  reason: null,
  error: null,
  exit_code: null,
  did: null,
  run_id: null,
  report: null,
  started_at: null,
  finished_at: null,
};
