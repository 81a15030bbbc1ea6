import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ReportV1 } from '../../../src/generated/report.v1.js';
import { runCli } from '../../support/cli.js';
import type { OwnServer } from '../../support/own-server.js';
import { expectValidReport } from '../../support/report-schema.js';
import { ROOT } from '../../support/root.js';
import { libpqEnvironment } from '../../support/server.js';

/** Numbers in [0, 1) that a seed determines (mulberry32, by Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const WORKERS = `backend_type = 'pg_background' and application_name like 'pg-runbook/%'`;

/** A run on a server that is crashed under it, brought to its end by resuming it. */
export class CrashedRun {
  uri = '';
  readonly log: string[] = [];
  #engine: ChildProcess | undefined;
  #run = '';

  constructor(
    private readonly server: OwnServer,
    private readonly folder: string,
    private readonly random: () => number,
  ) {}

  async query<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.uri });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  get env(): Record<string, string> {
    return libpqEnvironment(this.uri);
  }

  /** Starts the run, and waits until its first batches are done. */
  async begin(yaml: string): Promise<void> {
    const file = join(this.folder, 'crashed.yaml');
    writeFileSync(file, yaml);
    this.#start('run', file);
    for (let i = 0; i < 400; i += 1) {
      const rows = await this.query<{ run_id: string }>(
        `select run_id from runbook.run r where finished_at is null and status = 'running'
          and exists (select from runbook.batch_part p where p.run_id = r.run_id and p.batches > 1)`,
      ).catch(() => []);
      this.#run = rows[0]?.run_id ?? '';
      if (this.#run !== '') return;
      await sleep(50);
    }
    throw new Error(`the run did not begin: ${this.lastWords()}`);
  }

  /** Kills one of its parts at a random moment, and sees that somebody goes on with it. */
  async crash(): Promise<void> {
    await sleep(100 + 600 * this.random());
    const [row] = await this.query('select from runbook.batch_part where finished_at is null');
    if (row === undefined)
      throw new Error('there is nothing left to be crashed: slow the walk down');
    const kinds = [this.#killEngine, this.#killWorker, this.#restartServer];
    const kind = kinds[Math.floor(this.random() * kinds.length)];
    await kind?.call(this);
    await sleep(200);
    if (this.#hasEnded()) this.#start('resume', this.#run);
  }

  async #killEngine(): Promise<void> {
    this.log.push('engine');
    this.#engine?.kill('SIGKILL');
    await this.#engineEnded();
  }

  async #killWorker(): Promise<void> {
    this.log.push('worker');
    await this.query(
      `select pg_terminate_backend(pid) from (
         select pid from pg_stat_activity where ${WORKERS} order by md5(pid::text || ${String(this.random())}) limit 1) w`,
    );
  }

  async #restartServer(): Promise<void> {
    this.log.push('server');
    await this.server.stop('immediate');
    this.uri = await this.server.start();
  }

  /** Resumes it until it is done. */
  async finish(): Promise<ReportV1> {
    for (let i = 0; i < 30; i += 1) {
      await this.#engineEnded();
      const { stdout, stderr } = await runCli(['wait', this.#run, '--json'], { env: this.env });
      if (!stdout.startsWith('{')) throw new Error(stderr);
      const report = JSON.parse(stdout) as ReportV1;
      expectValidReport(report);
      if (report.run.status === 'succeeded') return report;
      this.#start('resume', this.#run);
    }
    throw new Error(`it did not come to an end: ${this.lastWords()}`);
  }

  lastWords(): string {
    return readFileSync(join(this.folder, 'engine.log'), 'utf8').slice(-4_000);
  }

  #start(...args: string[]): void {
    const main = join(ROOT, 'dist', 'cli', 'main.js');
    const log = openSync(join(this.folder, 'engine.log'), 'a');
    const report = ['--report', join(this.folder, 'crashed.json')];
    this.#engine = spawn(process.execPath, [main, ...args, ...report], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  #hasEnded(): boolean {
    return this.#engine?.exitCode !== null || this.#engine.signalCode !== null;
  }

  async #engineEnded(): Promise<void> {
    if (this.#engine !== undefined && !this.#hasEnded()) await once(this.#engine, 'exit');
  }

  /** Whatever happens to the test, its engine goes with it. */
  async stop(): Promise<void> {
    this.#engine?.kill('SIGKILL');
    await this.#engineEnded();
  }
}
