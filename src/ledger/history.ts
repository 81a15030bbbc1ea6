import { RunbookError, type ErrorCode } from '../errors.js';
import { hasSqlState, SQLSTATE } from '../postgres/errors.js';
import type { Row, Session } from '../postgres/session.js';
import { inspectLedger } from './migrate.js';

/** A piece of work that succeeded, and how long it took. */
export interface PastWork extends Row {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** md5 of what the worker was sent. */
  readonly sql_md5: string;
  /** The one relation that it was about; null when there were none or several. */
  readonly relation: string | null;
  readonly relations: number;
  /** Of all of them, when the plan was made; of one alone, afterwards if it is more. */
  readonly bytes: number;
  readonly ms: number;
}

/** What the ledger tells of earlier runs: `hidden` when the role may not read it. */
export type History = readonly PastWork[] | 'hidden';

/** A ledger that this role may not read, or should not, or that others hold for too long. */
const REFUSALS: readonly ErrorCode[] = ['ledger_missing', 'ledger_untrusted', 'ledger_busy'];

/** More would not make an estimate better, and the plan slower: each relation of each attempt is looked at. */
const MOST_ATTEMPTS = 2_000;
const MOST_RELATIONS = 5_000;

/**
 * Reads the newest successful attempts of some kinds of steps, by one query. A database without a
 * ledger of this version, or with one that is not to be trusted, has no history.
 */
export async function readHistory(session: Session, kinds: readonly string[]): Promise<History> {
  try {
    if ((await inspectLedger(session)).is !== 'current') return [];
    return await session.query<PastWork>(HISTORY, [kinds, MOST_ATTEMPTS, MOST_RELATIONS]);
  } catch (error) {
    const hidden = error instanceof RunbookError && REFUSALS.includes(error.code);
    if (hidden || hasSqlState(error, SQLSTATE.insufficientPrivilege, SQLSTATE.lockNotAvailable))
      return 'hidden';
    throw error;
  }
}

/**
 * The parts of a walk have the size of the whole table each. An invalid index has next to none before it is
 * built anew: by that size alone, each byte of other indexes would seem to take minutes.
 */
const HISTORY = `
SELECT s.kind, s.plan -> 'spec' AS spec, md5(a.sql) AS sql_md5,
       CASE WHEN n.relations = 1 THEN n.relation END AS relation, n.relations,
       greatest(n.bytes, CASE WHEN n.relations = 1 AND jsonb_array_length(t.targets) = 1
         THEN (t.targets -> 0 -> 'evidence' -> 'after' ->> 'size_bytes')::float8 END) / CASE WHEN (t.plan -> 'shares_targets')::bool
                      THEN (SELECT count(*) FROM runbook.task p
                             WHERE (p.run_id, p.step_id) = (a.run_id, a.step_id)) ELSE 1 END AS bytes,
       extract(epoch FROM a.finished_at - a.launched_at)::float8 * 1000 AS ms
  FROM (SELECT w.*, sum(cardinality(w.target_oids)) OVER (ORDER BY w.recorded_at DESC, w.attempt_id) AS looked_at
          FROM (
        SELECT * FROM runbook.attempt r
         WHERE r.status = 'succeeded' AND r.launched_at IS NOT NULL AND r.finished_at IS NOT NULL
           AND EXISTS (SELECT FROM runbook.step k
                        WHERE (k.run_id, k.step_id) = (r.run_id, r.step_id) AND k.kind = ANY ($1))
         ORDER BY r.recorded_at DESC LIMIT $2) w) a
  JOIN runbook.step s ON (s.run_id, s.step_id) = (a.run_id, a.step_id)
  JOIN runbook.task t ON (t.run_id, t.step_id, t.task_no) = (a.run_id, a.step_id, a.task_no)
 CROSS JOIN LATERAL (
       SELECT count(*)::int AS relations, min(x ->> 'name') AS relation,
              coalesce(sum((x ->> 'size_bytes')::float8), 0) AS bytes
         FROM jsonb_array_elements(t.plan -> 'targets') x
        WHERE a.target_oids = '{}' OR (x ->> 'oid')::bigint = ANY (a.target_oids)) n
 WHERE a.looked_at <= $3 OR a.looked_at = cardinality(a.target_oids)`;
