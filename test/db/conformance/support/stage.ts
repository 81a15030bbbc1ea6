import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { TestDatabase } from '../../../support/database.js';
import { runHere } from '../../../support/in-process.js';
import { about, until } from '../../detach/support.js';
import { runbookOf, runYaml } from '../../support/run-yaml.js';

/**
 * Makes the schema of a case anew. `c.pass('x')` waits until the gate x is opened, and `c.work(1)` works for 1 s, which
 * `AT_ONCE` tells.
 */
export const STAGE = `
  drop schema if exists c cascade;
  create schema c;
  create table c.opened (gate text);
  create function c.pass(which text) returns void language plpgsql as $$
    begin
      while not exists (select from c.opened where gate = which) loop perform pg_sleep(0.02); end loop;
    end $$;
  create table c.span (since timestamptz, upto timestamptz);
  create function c.work(seconds float8) returns text language plpgsql as $$
    declare
      since timestamptz := clock_timestamp();
    begin
      perform pg_sleep(seconds);
      insert into c.span values (since, clock_timestamp());
      return 'done';
    end $$;`;

/** What a case may do beside its run. */
export class Stage {
  readonly notes: string[] = [];
  /** Ends the run as a signal to its engine does. */
  readonly stop = new AbortController();
  readonly #clients: pg.Client[] = [];
  readonly #works: Promise<unknown>[] = [];
  #before = '';

  constructor(
    readonly db: TestDatabase,
    /** The runbook's name, another one in each run. */
    readonly name: string,
    /** For the files of an engine in a process of its own. */
    readonly folder: string,
    readonly yaml: string,
  ) {}

  /** A session of somebody else, in a transaction that did something; it ends with the case. */
  async transaction(sql: string, application = 'a stranger'): Promise<pg.Client> {
    const client = await this.db.connect({ application_name: application });
    this.#clients.push(client);
    await client.query(`begin; ${sql}`);
    return client;
  }

  /** Ends what the transactions of others hold. */
  async release(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.query('rollback')));
  }

  async open(gate: string): Promise<void> {
    await this.db.query('insert into c.opened values ($1)', [gate]);
  }

  /** Waits until a query with the run's id as $1 has a row. */
  async until(sql: string): Promise<void> {
    await until(this.db, sql, [await this.run()]);
  }

  async run(): Promise<string> {
    const mine = 'select run_id from runbook.run where runbook_name = $1 and run_id <> $2';
    const values = [this.name, this.#before];
    await until(this.db, mine, values);
    const [row] = await this.db.rows<{ run_id: string }>(mine, values);
    return row?.run_id ?? '';
  }

  /** Waits until a worker of the step is at work. */
  async atWork(step: string): Promise<void> {
    await this.until(
      `select 1 from runbook.attempt a join pg_stat_activity p using (pid)
        where a.run_id = $1 and a.step_id = '${step}' and a.status = 'running'
          and p.backend_start = a.backend_start`,
    );
  }

  /** Waits until an engine is at work on the run. */
  async driven(): Promise<void> {
    await this.until(
      "select 1 from pg_stat_activity where application_name = 'pg-runbook:control:' || $1",
    );
  }

  /** Waits until a worker of the step waits for a lock. */
  async waitsForLock(step: string): Promise<void> {
    await this.until(
      `select 1 from pg_stat_activity where wait_event_type = 'Lock'
          and application_name like 'pg-runbook/' || $1 || '/${step}/%'`,
    );
  }

  /** Waits until that step of another run has a worker at work, or one that came to that end. */
  async holds(step: string, status = 'running'): Promise<void> {
    await until(
      this.db,
      `select 1 from runbook.attempt
        where step_id = $1 and status = $2 and (backend_start is not null or status <> 'running')`,
      [step, status],
    );
  }

  /** Another run, of one step that uses the budget with this runbook's name, or is no sql. */
  async other(step: string, sql: string, more = `budgets: { ${this.name}: 1 }`): Promise<unknown> {
    const yaml = runbookOf(`- id: ${step}\n  sql: ${sql}\n  ${more}`);
    return runYaml(this.db, yaml.replace('name: test', `name: ${step}-of-${this.name}`));
  }

  /** Runs the runbook once before, so that the ledger knows it. */
  async runBefore(): Promise<void> {
    await this.open('begin');
    const { run } = await runYaml(this.db, this.yaml);
    await about(this.db, 'wait', run.id);
    this.#before = run.id;
    await this.db.query('truncate c.opened');
  }

  /** A command about this run; it must succeed. */
  async command(name: string, ...more: string[]): Promise<void> {
    await this.tell(name, await this.run(), ...more);
  }

  async tell(...args: string[]): Promise<void> {
    const { code, stderr } = await runHere(args, this.db);
    if (code !== 0) throw new Error(`${args.join(' ')}: exit ${String(code)}\n${stderr}`);
  }

  /** Work that goes on beside, and is waited for at the end of the case. */
  beside(work: Promise<unknown>): void {
    this.#works.push(work);
  }

  async leave(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
    await Promise.all(this.#works);
  }
}

/** Notes whether a step was launched within a moment. */
export async function noteLaunched(stage: Stage, step: string): Promise<void> {
  await sleep(1_500);
  const rows = await stage.db.rows(
    `select 1 from runbook.attempt
      where step_id = $1 and run_id = $2 and launched_at is not null`,
    [step, await stage.run()],
  );
  stage.notes.push(`${step} was ${rows.length === 0 ? 'not ' : ''}launched meanwhile`);
}
