import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../engine/clock.js';
import type { EngineEvent } from '../engine/events.js';
import type { EngineOptions } from '../engine/make-context.js';
import { resumeRun, runPlan } from '../engine/run.js';
import { lookAtRun } from '../engine/stored-report.js';
import { EXIT } from '../errors.js';
import type { ReportV1 } from '../generated/report.v1.js';
import { requestCancel } from '../ledger/read.js';
import type { EngineOrigin } from '../ledger/store.js';
import { packageFile } from '../package-file.js';
import {
  makeRunId,
  sessionApplicationName,
  workerApplicationName,
  workerNamePrefix,
} from '../model/identity.js';
import type { ServerInfo } from '../postgres/server.js';
import type { Row, Session } from '../postgres/session.js';
import { endOwnProcesses } from '../postgres/signal.js';
import { Mismatch } from './contract.js';
import type { ThreadOrder } from './engine-thread.js';
import { gateOf, markOf, openGate } from './marks.js';
import { holdTransaction } from './hold.js';
import { planSteps } from './plan-steps.js';
import { connectionTo, type Reach } from './reach.js';

/** What all cases have in common. */
export interface Surroundings {
  /** A session in the scratch database, for looking. */
  readonly db: Session;
  /** As seen in it. */
  readonly server: ServerInfo;
  readonly reach: Reach;
  readonly origin: EngineOrigin;
}

/** A run that an engine in this process works on. */
export interface Run {
  readonly id: string;
  /** What has happened so far. */
  readonly events: EngineEvent[];
  readonly report: Promise<ReportV1>;
  /** As a SIGINT does. */
  readonly stop: () => void;
}

const LOOK_EVERY_MS = 25;
/** A worker of a case that is given up is cancelled within moments; then it is terminated. */
const ENDS_WITHIN_MS = 4_000;

/** What one case has to work with in the scratch database. What it leaves is ended with it. */
export class Scratch {
  readonly #runs: Run[] = [];
  readonly #threads: Worker[] = [];
  readonly #names: string[] = [];
  readonly #holders: (() => Promise<void>)[] = [];
  #awaited = 'the end of a run';

  /** @param signal aborted when the case has to give up. */
  constructor(
    private readonly name: string,
    private readonly surroundings: Surroundings,
    private readonly signal: AbortSignal,
  ) {}

  /** What the case waits for right now. */
  get awaited(): string {
    return this.#awaited;
  }

  async query<R extends Row>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.surroundings.db.query<R>(sql, values);
  }

  /** The number that a query answers. */
  async count(sql: string, values: readonly unknown[] = []): Promise<number> {
    const [row] = await this.query(sql, values);
    return Number(Object.values(row ?? {})[0]);
  }

  /** How often SQL of this case has left its mark, by {@link mark}. */
  async marks(more = ''): Promise<number> {
    const what = `${this.name}${more}`;
    return this.count('SELECT count(*) FROM selftest.mark WHERE what = $1', [what]);
  }

  /** SQL that leaves the mark. */
  mark(more = ''): string {
    return markOf(`${this.name}${more}`);
  }

  /** An SQL expression that waits until {@link openGate}: a sleep would be too short on one server, and too long on all others. */
  get gate(): string {
    return gateOf(this.name);
  }

  async openGate(): Promise<void> {
    await this.query(openGate(this.name));
  }

  /** Looks again and again until there is something. */
  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    this.#awaited = what;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.signal });
    }
  }

  /** {@link until} a query answers with a row. */
  async untilRow<R extends Row>(what: string, sql: string, values: unknown[] = []): Promise<R> {
    return this.until(what, async () => (await this.query<R>(sql, values))[0]);
  }

  /** Waits until the worker of a step's first task sleeps, at the gate for one, and is known to the ledger. */
  async untilAtWork(runId: string, step: string): Promise<void> {
    await this.untilRow(
      `the worker of ${step} at work`,
      `SELECT 1 FROM pg_catalog.pg_stat_activity a
         JOIN runbook.attempt t ON t.pid = a.pid AND t.application_name = a.application_name
        WHERE a.application_name = $1 AND a.wait_event = 'PgSleep' AND t.backend_start IS NOT NULL`,
      [workerApplicationName(runId, step, 1)],
    );
  }

  /** Processes of a run: its sessions, workers and supervisors. */
  async #processes(runId: string): Promise<number> {
    return this.count(
      `SELECT count(*) FROM pg_catalog.pg_stat_activity
        WHERE starts_with(application_name, $1) OR application_name = ANY ($2::text[])`,
      [workerNamePrefix(runId), sessionNames(runId)],
    );
  }

  /** Waits until so many of them are left: the server ends a session a moment after its client has. */
  async untilLeft(count: number, runId: string): Promise<void> {
    await this.until(`${String(count)} processes of the run are left`, async () =>
      (await this.#processes(runId)) === count ? true : undefined,
    );
  }

  /**
   * Terminates one process of a run by its name.
   * @throws Mismatch when there is none.
   */
  async terminate(applicationName: string): Promise<void> {
    const { db, reach } = this.surroundings;
    const ended = await endOwnProcesses(db, reach.database, applicationName);
    if (ended !== 1) throw new Mismatch(`${String(ended)} processes are named ${applicationName}`);
  }

  /** Runs a runbook of these steps to its end. */
  async run(steps: string): Promise<{ run: Run; report: ReportV1 }> {
    const run = await this.begin(steps);
    return { run, report: await run.report };
  }

  /** Begins to run a runbook of these steps, just as `pg-runbook run` does. */
  async begin(
    steps: string,
    onEvent: (event: EngineEvent, run: Run) => void = () => undefined,
  ): Promise<Run> {
    const plan = await planSteps(this.name, steps, this.surroundings);
    return this.#drive(this.#newId(), onEvent, (engine) =>
      runPlan({ ...engine, plan, allowChanged: true }),
    );
  }

  /** The same in a thread that can be killed: from then on nothing of its engine runs any more. */
  async beginInThread(steps: string): Promise<{ id: string; kill: () => Promise<unknown> }> {
    const { reach, origin } = this.surroundings;
    const id = this.#newId();
    const order: ThreadOrder = {
      plan: await planSteps(this.name, steps, this.surroundings),
      runId: id,
      origin,
      reach,
    };
    const thread = new Worker(packageFile('dist/selftest/engine-thread.js'), {
      workerData: order,
    });
    // Unheard it would end the process; what is missing then is seen in the database.
    thread.on('error', () => undefined);
    this.#threads.push(thread);
    return { id, kill: () => thread.terminate() };
  }

  /** Goes on with a run, just as `pg-runbook resume` does. */
  async resume(runId: string): Promise<ReportV1> {
    return this.#drive(runId, () => undefined, resumeRun).report;
  }

  /** What `pg-runbook status` says of a run. */
  async status(runId: string): Promise<{ report: ReportV1; live: boolean }> {
    return lookAtRun(this.surroundings.db, runId, systemClock);
  }

  /** Cancels a run from another session, just as `pg-runbook cancel` does. */
  async cancel(runId: string): Promise<void> {
    await requestCancel(this.surroundings.db, runId, undefined, this.surroundings.origin.host);
  }

  /** Waits, just as `pg-runbook wait` does, until nobody works on a run any more. */
  async follow(runId: string): Promise<ReportV1> {
    return this.until('the end of the detached run', async () => {
      const { report, live } = await this.status(runId);
      return live ? undefined : report;
    });
  }

  /** A stranger's session that has done this in a transaction, until it is released or the case ends. */
  async hold(sql: string): Promise<() => Promise<void>> {
    const release = await holdTransaction(connectionTo(this.surroundings.reach), sql);
    this.#holders.push(release);
    return release;
  }

  /** Stops what the case has left running; of one that held that is nothing. */
  async close(): Promise<void> {
    const { db, reach } = this.surroundings;
    for (const end of this.#holders) await end().catch(() => undefined);
    for (const thread of this.#threads) await thread.terminate();
    for (const run of this.#runs) run.stop();
    const ended = Promise.allSettled(this.#runs.map(({ report }) => report));
    // Without a hold on the process, which may have ended its work long before.
    await Promise.race([ended, sleep(ENDS_WITHIN_MS, undefined, { ref: false })]);
    for (const id of this.#names) {
      await endOwnProcesses(db, reach.database, workerNamePrefix(id));
      for (const name of sessionNames(id)) await endOwnProcesses(db, reach.database, name);
    }
  }

  #newId(): string {
    const id = makeRunId(new Date(), randomBytes(6));
    this.#names.push(id);
    return id;
  }

  #drive(
    runId: string,
    onEvent: (event: EngineEvent, run: Run) => void,
    work: (engine: EngineOptions) => Promise<ReportV1>,
  ): Run {
    const { reach, origin } = this.surroundings;
    const stop = new AbortController();
    const events: EngineEvent[] = [];
    const report = work({
      runId,
      origin,
      connection: connectionTo(reach),
      stop: stop.signal,
      onEvent: (event) => {
        if (event.type === 'slots_awaited') this.#awaited = `a worker slot: ${event.why}`;
        events.push(event);
        onEvent(event, run);
      },
      onReport: () => Promise.resolve(),
    });
    // A case that gives up does not wait for it.
    report.catch(() => undefined);
    const run: Run = {
      id: runId,
      events,
      report,
      stop: () => {
        stop.abort(EXIT.interrupted);
      },
    };
    this.#runs.push(run);
    return run;
  }
}

function sessionNames(runId: string): string[] {
  return ['control', 'observer'].map((role) => sessionApplicationName(runId, role));
}
