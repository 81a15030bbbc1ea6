import type { Attempt, Step, Task } from '../generated/report.v1.js';
import { poolerBetween } from '../postgres/background/client.js';
import { asSqlError } from '../postgres/errors.js';
import type { Queryable, Row } from '../postgres/session.js';

/** What of a task changes as it goes on. */
export interface TaskChange extends Pick<Task, 'status' | 'reason' | 'targets' | 'deferred'> {
  readonly step: string;
  readonly number: number;
  /** Pieces of work that wait for their launch. */
  readonly items: number;
  /** Never launched, since the run could not come to it. */
  readonly blocked: boolean;
  /** Until the next launch; null when it need not wait. */
  readonly delay_ms: number | null;
}

/** What the core did, in the order in which it did it. */
export type CoreEvent =
  | ({ readonly type: 'step'; readonly step: string } & Pick<
      Step,
      'status' | 'reason' | 'started_at' | 'finished_at'
    >)
  | { readonly type: 'launched'; readonly task: TaskChange; readonly attempt: Attempt }
  | {
      readonly type: 'settled';
      readonly task: TaskChange;
      readonly attempt: Attempt;
      /** Into how many a failed pack was split. */
      readonly parts: number;
      /** Until it is tried again; null when it is not. */
      readonly retry_in_ms: number | null;
    }
  | {
      /** Without a launch; or, where it has not ended, it waits for another run. */
      readonly type: 'ended';
      readonly task: TaskChange;
      /** What was recorded of it and not launched. */
      readonly attempt?: Attempt | null;
      /** The run that works on one of its relations. */
      readonly busy?: string;
    }
  | {
      readonly type: 'cleaned';
      readonly task: TaskChange;
      readonly attempt: Attempt;
      readonly messages: readonly string[];
    }
  | {
      readonly type: 'signalled';
      readonly step: string;
      readonly task: number;
      readonly how: string;
    }
  | { readonly type: 'slots_awaited' | 'guard_breached'; readonly why: string }
  | { readonly type: 'paused'; readonly by: string | null };

/** How a worker ended, as the ledger keeps it. */
export type OutcomeDocument = Readonly<Record<string, unknown>>;

/** A worker whose result the driver is to read. */
export interface Hearing {
  readonly attempt: string;
  readonly pid: number;
  readonly cookie: string;
  /** What is known without reading; null where that is nothing. */
  readonly outcome: OutcomeDocument | null;
}

/** What only the driver knows. */
export interface Told {
  /** How workers ended, by attempt. */
  readonly heard: Readonly<Record<string, OutcomeDocument>>;
  /** Attempts whose workers run on unheard. */
  readonly overflowed: readonly string[];
  /** Who asked the driver to stop. */
  readonly stopped_by: string | null;
}

/** The waits of one session, which end with it. */
export interface Memory {
  readonly pause_ms?: number;
  readonly turns?: Readonly<Record<string, { readonly why: string; readonly free: number }>>;
  readonly guard?: { readonly why: string; readonly looks: number };
}

/** What the core did in one call, and what is left to the driver. */
export interface Answer {
  readonly events: readonly CoreEvent[];
  readonly hear: readonly Hearing[];
  /** Workers whose queue is full. */
  readonly drain: readonly Hearing[];
  /** The step to be given to a supervisor, before others may launch. */
  readonly hand_over?: string;
  /** For how long the session is to be quiet, in ms. */
  readonly quiet_ms: number;
  /** True: there is more to do at once. */
  readonly again: boolean;
  /** True: nothing is left to this driver. */
  readonly done: boolean;
  readonly took_ms: number;
}

interface TickRow extends Row {
  readonly p_memory: Memory;
  readonly p_answer: Answer;
}

const CALL = 'CALL runbook.tick($1, $2, $3, $4, NULL)';

/** The detail of the error of a session that is not the driver's. */
const OTHER_SESSION = 'pooler_between';

/**
 * The part of the ledger that decides: what has become of attempts, tasks, steps and the run, and what comes next.
 * @see functions/tick.sql
 */
export class Core {
  /** What this session waits for; handed in again with each call. */
  memory: Memory = {};
  /** What the core was told in a call that was not answered. */
  untold: Told | undefined;
  #driver = '';
  /** How long the last call was on its way, there and back. */
  #wayMs = 0;

  constructor(
    private readonly db: Queryable,
    private readonly runId: string,
  ) {}

  /** @param driver what a driver brings: see driver-order.ts of the engine. */
  begin(driver: object): void {
    this.#driver = JSON.stringify(driver);
  }

  /** Brings the run on as far as it goes now. */
  async tick(told: Told): Promise<Answer> {
    this.untold = told;
    const from = performance.now();
    const [row] = await this.#call(told);
    if (row === undefined) throw new Error('the core gave no answer');
    this.untold = undefined;
    this.memory = row.p_memory;
    this.#wayMs = Math.max(0, performance.now() - from - row.p_answer.took_ms);
    return row.p_answer;
  }

  async #call(told: Told): Promise<TickRow[]> {
    const texts = [{ ...told, way_ms: this.#wayMs }, this.memory].map((one) => JSON.stringify(one));
    const values = [this.runId, this.#driver, ...texts];
    try {
      return await this.db.query<TickRow>(CALL, values, 'often');
    } catch (error) {
      throw asSqlError(error)?.detail === OTHER_SESSION ? poolerBetween() : error;
    }
  }

  /** Notes what is known of workers, without any other step. */
  async note(told: Told): Promise<void> {
    await this.db.query('SELECT runbook.note_told($1, $2)', [this.runId, JSON.stringify(told)]);
  }

  /** Ends all tasks of a step that nobody can look after. */
  async failStep(step: string, sqlstate: string, reason: string): Promise<CoreEvent[]> {
    const [row] = await this.db.query<{ events: CoreEvent[] }>(
      'SELECT runbook.end_wanted($1, $2, $3) AS events',
      [
        this.runId,
        JSON.stringify([{ step }]),
        JSON.stringify({ status: 'failed', reason, sqlstate }),
      ],
    );
    return row?.events ?? [];
  }
}
