import { LONGEST_TEXT } from '../../model/cut-text.js';
import type { Row } from '../session.js';
import { BACKEND_START } from '../signal.js';
import type { BackgroundDialect } from './dialect.js';
import type { Outcome, WorkerState } from './worker.js';

export interface PollRow extends Row {
  control_pid: number;
  pid: number | null;
  cookie: string | null;
  state: string | null;
  backend_start: string | null;
  application_name: string | null;
  wait_event: string | null;
  waits_for_lock: boolean | null;
  building_indexes: number[] | null;
  has_error?: boolean | null;
  command_tag?: string | null;
  row_count?: string | null;
  sqlstate?: string | null;
  message?: string | null;
  detail?: string | null;
  hint?: string | null;
}

/**
 * The indexes that the worker's REINDEX CONCURRENTLY has made or is about to drop. It keeps this lock
 * on them from first to last; the progress view names the new one in some phases only, and not while
 * it waits for writers, which is where most rebuilds fail.
 */
const INDEXES_OF_REBUILD = `
  SELECT k.relation AS oid
    FROM pg_catalog.pg_locks k JOIN pg_catalog.pg_index i ON i.indexrelid = k.relation
   WHERE k.pid = x.pid AND k.mode = 'ShareUpdateExclusiveLock' AND NOT i.indisvalid`;

/** The index that the worker's CREATE INDEX CONCURRENTLY makes, which the progress view names in every phase. */
const INDEX_OF_BUILD = `
  SELECT i.indexrelid FROM pg_catalog.pg_index i
   WHERE i.indexrelid = x.index_relid AND x.command = 'CREATE INDEX CONCURRENTLY' AND NOT i.indisvalid`;

/**
 * One short query for the states of all workers of the session. The session's own PID comes first
 * and always, so that a pooler that hands out another session is seen even when that has no workers.
 */
export function pollQuery(dialect: BackgroundDialect): string {
  const result = dialect.resultInfo?.('l.pid', 'l.cookie');
  const error = dialect.errorInfo?.('l.pid', 'l.cookie');
  const told = result !== undefined && error !== undefined;
  return `
SELECT pg_catalog.pg_backend_pid() AS control_pid,
       l.pid, l.cookie, l.state,
       ${BACKEND_START} AS backend_start, a.application_name, a.wait_event,
       a.wait_event_type = 'Lock' AS waits_for_lock,
       CASE WHEN x.pid IS NOT NULL THEN (
         SELECT array_agg(b.oid) FROM (${INDEXES_OF_REBUILD} UNION ${INDEX_OF_BUILD}) b) END AS building_indexes
       ${told ? `, o.has_error, o.command_tag, o.row_count, e.sqlstate, ${['message', 'detail', 'hint'].map(cut).join(', ')}` : ''}
  FROM (SELECT 1) one
  LEFT JOIN (SELECT * FROM ${dialect.list()}) l ON true
  LEFT JOIN pg_catalog.pg_stat_activity a
         ON a.pid = l.pid AND a.backend_type = 'pg_background' AND l.state <> 'stopped'
  LEFT JOIN pg_catalog.pg_stat_progress_create_index x ON x.pid = a.pid
  ${
    told
      ? `LEFT JOIN LATERAL (SELECT * FROM ${result} WHERE l.state = 'stopped') o ON true
  LEFT JOIN LATERAL (SELECT * FROM ${error} WHERE o.has_error) e ON true`
      : ''
  }`;
}

/** As cutText has it, where the text is: it may have hundreds of megabytes. */
function cut(column: string): string {
  const text = `e.${column}`;
  const most = String(LONGEST_TEXT);
  const short = `left(${text}, ${most}) || format('... (cut: %s bytes)', octet_length(${text}))`;
  return `CASE WHEN length(${text}) > ${most} THEN ${short} ELSE ${text} END AS ${column}`;
}

/** Reads one row of {@link pollQuery}; undefined for the row that only tells the session's own PID. */
export function toWorkerState(row: PollRow): WorkerState | undefined {
  if (row.pid === null || row.cookie === null) return undefined;
  const { backend_start: backendStart, application_name: applicationName } = row;
  // A process shows before it has taken over its launcher's settings: without a name it is nobody yet.
  const identity =
    backendStart === null || applicationName === null || applicationName === ''
      ? undefined
      : { pid: row.pid, backendStart, applicationName };
  const ended = row.state === 'stopped';
  return {
    handle: { pid: row.pid, cookie: row.cookie },
    identity,
    ended,
    outcome: ended && row.has_error !== undefined ? toOutcome(row) : undefined,
    waitEvent: row.wait_event ?? undefined,
    waitsForLock: row.waits_for_lock === true,
    buildingIndexes: row.building_indexes ?? [],
  };
}

function toOutcome(row: PollRow): Outcome {
  if (row.has_error === true) {
    return {
      type: 'error',
      sqlstate: row.sqlstate ?? 'XX000',
      message: row.message ?? 'the worker failed without a message',
      detail: row.detail ?? undefined,
      hint: row.hint ?? undefined,
    };
  }
  // Cancelled before it began, a worker shows as completed without error: only a tag is a sign of work.
  if (row.command_tag === null || row.command_tag === undefined || row.command_tag === '') {
    const why = 'the worker ended without an error and without a command tag';
    return { type: 'silent', why, gone: true };
  }
  return {
    type: 'completed',
    commandTag: row.command_tag,
    rowCount: Number(row.row_count ?? 0),
    tags: undefined,
    notices: [],
  };
}
