import { RunbookError } from '../../errors.js';
import { cutText } from '../../model/cut-text.js';
import type { Handle } from '../../model/identity.js';
import { withReading, withWorkerTimeouts } from '../../model/settings.js';
import { quoteLiteral } from '../../sql/quote.js';
import { asSqlError, hasSqlState, SQLSTATE, type SqlError } from '../errors.js';
import type { Notice, Row, Session } from '../session.js';
import type { BackgroundDialect } from './dialect.js';
import { pollQuery, toWorkerState, type PollRow } from './poll.js';
import type { LaunchCommand, Outcome, WorkerState } from './worker.js';

/** A worker whose queue is full gets its output read for this long; then it goes on unheard. */
const DRAIN_MS = 800;

/**
 * Launches and watches workers through one control session, which owns their handles. No call
 * leaves a transaction open, and none waits for a worker: a waiting statement's snapshot would hang
 * REINDEX CONCURRENTLY and hold back VACUUM. Calls must not overlap.
 */
export class BackgroundClient {
  readonly #poll: string;
  readonly #launch: string;
  #controlPid: number | undefined;

  constructor(
    readonly dialect: BackgroundDialect,
    private readonly session: Session,
  ) {
    this.#poll = pollQuery(dialect);
    this.#launch = launchQuery(dialect);
  }

  /**
   * Launches one worker, in one round trip. Settings are set for this one statement, and the worker
   * inherits them; those that say how its SQL is read are always ours.
   * @throws the server's error: 53000 when no worker slot is free.
   */
  async launch(command: LaunchCommand): Promise<Handle> {
    const { sql, queueSize, applicationName } = command;
    const settings = withWorkerTimeouts(withReading(command.settings));
    const values = [JSON.stringify(settings), sql, queueSize, applicationName];
    const [row] = await this.session.query(this.#launch, values, 'often');
    return toHandle(row);
  }

  /**
   * The states of all workers that this session launched and has not let go.
   * @throws RunbookError `pooler_between` when the answer comes from another server session.
   */
  async poll(): Promise<WorkerState[]> {
    const rows = await this.session.query<PollRow>(this.#poll, [], 'often');
    this.#checkSession(rows[0]?.control_pid);
    return rows.flatMap((row) => toWorkerState(row) ?? []);
  }

  #checkSession(pid: number | undefined): void {
    this.#controlPid ??= pid;
    if (pid === this.#controlPid) return;
    throw poolerBetween();
  }

  /**
   * Reads what an ended worker sent, and with that stops tracking it. Before 1.9
   * this is the only way to learn how it ended.
   */
  async readResult(handle: Handle): Promise<Outcome> {
    const sql = readQuery(this.dialect, String(handle.pid), literal(handle.cookie));
    try {
      const { value, notices } = await this.session.withNotices(() =>
        this.session.query<ResultRow>(sql),
      );
      return completed(value[0], notices);
    } catch (error) {
      return outcomeOfReadError(error, handle);
    }
  }

  /**
   * Makes room in the full queue of a worker that still runs: reads for a bounded time, which ends
   * the tracking. The worker then runs on to its end, unheard.
   * @returns how it ended when that was within the bound.
   */
  async drain(handle: Handle): Promise<Outcome | undefined> {
    const [row] = await this.session.query<{ before: string }>(
      `SELECT current_setting('statement_timeout') AS before, set_config('statement_timeout', $1, false)`,
      [String(DRAIN_MS)],
    );
    try {
      const outcome = await this.readResult(handle);
      const cut = outcome.type === 'error' && outcome.sqlstate === SQLSTATE.queryCanceled;
      return cut || outcome.type === 'silent' ? undefined : outcome;
    } finally {
      // Not RESET, which would bring back the role's own default and end later calls of ours.
      if (!this.session.lost)
        await this.session.query("SELECT set_config('statement_timeout', $1, false)", [
          row?.before,
        ]);
    }
  }

  /** Stops tracking a worker; it runs on if it has not ended. */
  async detach(handle: Handle): Promise<void> {
    await this.#call(this.dialect.detach(String(handle.pid), literal(handle.cookie)));
  }

  /** Sends SIGTERM through the handle; the extension checks that it is this very worker. */
  async cancel(handle: Handle): Promise<void> {
    await this.#call(this.dialect.cancel(String(handle.pid), literal(handle.cookie)));
  }

  async #call(expression: string): Promise<void> {
    try {
      await this.session.query(`SELECT ${expression}`);
    } catch (error) {
      // Not tracked (any more) by this session, which is what both calls want to reach.
      if (!hasSqlState(error, ...UNTRACKED)) throw error;
    }
  }
}

/** Handles are of one session. */
export function poolerBetween(): RunbookError {
  return new RunbookError(
    'pooler_between',
    'a transaction pooler is in between: the server session changed during the run',
    { hint: 'Connect to PostgreSQL itself, or through a pool in session mode.' },
  );
}

/** The count makes sure that every setting is set before the launch, which inherits them. */
function launchQuery(dialect: BackgroundDialect): string {
  return `
SELECT (s.h).pid AS pid, (s.h).cookie AS cookie
  FROM (SELECT ${dialect.launch('$2::text', '$3::int4', '$4::text')} AS h
          FROM (SELECT pg_catalog.count(pg_catalog.set_config(v.key, v.value, true)) AS n
                  FROM (SELECT * FROM pg_catalog.jsonb_each_text($1)
                        UNION ALL SELECT 'application_name', $4::text) v) c
         WHERE c.n IS NOT NULL OFFSET 0) s`;
}

function literal(cookie: string): string {
  return `${quoteLiteral(cookie)}::int8`;
}

function toHandle(row: Row | undefined): Handle {
  const { pid, cookie } = (row ?? {}) as Partial<{ pid: number; cookie: string }>;
  if (pid === undefined || cookie === undefined) throw new Error('a launch gave no handle');
  return { pid, cookie };
}

/**
 * A query that reads the result of a worker, given by expressions. Of SQL whose last statement has no rows it
 * is the command tags of all statements, with their counts.
 * Counted on the server: what a worker sent may be more than this process has room for.
 */
export function readQuery(dialect: BackgroundDialect, pid: string, cookie: string): string {
  return `SELECT count(*)::int AS rows, left(min(r), ${String(MAX_TAG)}) AS first,
       (array_agg(left(r, ${String(MAX_TAG)})))[1:${String(MAX_TAGS)}] AS tags
  FROM ${dialect.result(pid, cookie)}`;
}

interface ResultRow extends Row {
  rows: number;
  first: string | null;
  tags: string[] | null;
}

/** Longer than any command tag. */
const MAX_TAG = 64;
/** More than the 128 KiB of SQL that a runbook may have can bring. */
const MAX_TAGS = 200_000;
/** As PostgreSQL writes its tags (`VACUUM`, `INSERT 0 1`); other text is a query's row, maybe private. */
const COMMAND_TAG = /^[A-Z]+(?: [A-Z]+)*(?: \d+)*$/;

/** Commands without rows of their own answer with their tag as the only row. */
function completed(result: ResultRow | undefined, notices: readonly Notice[]): Outcome {
  const { rows = 0, first = null, tags } = result ?? {};
  const isTag = rows === 1 && first !== null && COMMAND_TAG.test(first);
  return {
    type: 'completed',
    commandTag: isTag ? first : 'SELECT',
    rowCount: rows,
    tags: tags?.every((tag) => COMMAND_TAG.test(tag)) === true ? tags : undefined,
    notices,
  };
}

/**
 * The session does not track the handle. Two workers that both ended before their launch returned may share
 * the same chance PID: the first one's cookie is then refused with 55000.
 */
const UNTRACKED: readonly string[] = [
  SQLSTATE.undefinedObject,
  SQLSTATE.objectNotInPrerequisiteState,
];

/** Reading raises the worker's own error too; the extension's texts name the PID, and are not translated. */
function isUntracked({ sqlstate, message }: SqlError, { pid }: Handle): boolean {
  return UNTRACKED.includes(sqlstate) && message.includes(`PID ${String(pid)}`);
}

/** Reading raises the worker's own error; only some errors are the reader's. */
function outcomeOfReadError(error: unknown, handle: Handle): Outcome {
  const sql = asSqlError(error);
  if (sql === undefined) throw error;
  if (sql.sqlstate === SQLSTATE.datatypeMismatch) {
    const why = 'its result has other columns and could not be read';
    return { type: 'silent', why, gone: true };
  }
  if (sql.sqlstate === SQLSTATE.connectionFailure) {
    return { type: 'silent', why: 'the worker process died', gone: true };
  }
  if (isUntracked(sql, handle)) {
    const why = 'it is not tracked by the launching session any more';
    return { type: 'silent', why, gone: false };
  }
  const { sqlstate, message, detail, hint } = sql;
  return {
    type: 'error',
    sqlstate,
    message: cutText(message),
    detail: detail === undefined ? undefined : cutText(detail),
    hint: hint === undefined ? undefined : cutText(hint),
  };
}
