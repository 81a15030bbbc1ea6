import type { Facts, Target } from '../generated/plan.v1.js';
import type { Notice, Queryable, Row } from '../postgres/session.js';
import type { Captures, Judgement, Observation } from './contract.js';
import { BUSY_CTE, mayMaintain, sizeOf } from './relations.js';

interface EvidenceRow extends Row {
  oid: number;
  name: string;
}

/**
 * The evidence of VACUUM and ANALYZE: the server's own counters of completed ones, by hand and not
 * by autovacuum, and what they leave behind.
 */
export async function captureTables(
  db: Queryable,
  targets: readonly Target[],
  serverVersion: number,
): Promise<Captures> {
  const rows = await db.query<EvidenceRow>(
    `WITH ${BUSY_CTE}
SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name,
       pg_stat_get_vacuum_count(c.oid)::float8 AS vacuum_count,
       pg_stat_get_vacuum_count(c.reltoastrelid)::float8 AS toast_vacuum_count,
       pg_stat_get_analyze_count(c.oid)::float8 AS analyze_count,
       pg_stat_get_live_tuples(c.oid)::float8 AS live_rows,
       pg_stat_get_dead_tuples(c.oid)::float8 AS dead_rows,
       CASE WHEN c.relfrozenxid = '0' THEN 0 ELSE age(c.relfrozenxid) END AS xid_age,
       c.relfilenode AS file_node,
       ${sizeOf('pg_table_size')} AS size_bytes,
       ${mayMaintain(serverVersion)} AS may_maintain
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = ANY ($1::oid[])`,
    [targets.map((target) => target.oid)],
  );
  const names = new Map(targets.map((target) => [target.oid, target.name]));
  return new Map(
    rows.map(({ oid, name, ...facts }) => [
      oid,
      { same: names.get(oid) === name, facts: facts as Facts },
    ]),
  );
}

/** True when a counter went up between two captures. */
export function wentUp(before: Facts, after: Facts, fact: string): boolean {
  return Number(after[fact] ?? 0) > Number(before[fact] ?? 0);
}

/**
 * Judges a command that answers with success even where it skipped a relation and only warned.
 * @param done whether the counters prove that the work was done.
 */
export function judgeMaintenance(
  { target, after, completed, notices }: Observation,
  done: (after: Facts) => boolean,
  skipLocked: boolean,
): Judgement {
  if (after === undefined) {
    return { result: 'skipped', reason: 'it was dropped meanwhile', sqlstate: '42P01' };
  }
  if (done(after)) return { result: 'done' };
  if (!completed) return { result: 'not_done' };
  const warning = warningAbout(target, notices);
  if (after['may_maintain'] === false) {
    const reason = warning ?? 'no permission: the role may not maintain this relation';
    return { result: 'skipped', reason, sqlstate: '42501' };
  }
  if (skipLocked) {
    const reason = warning ?? 'skip_locked: its lock was not free at once';
    return { result: 'skipped', reason, sqlstate: '55P03' };
  }
  return {
    result: 'unknown',
    reason: warning ?? 'the server said success, but its counters do not show the work',
  };
}

/** The server's warning that names the relation. */
function warningAbout(target: Target, notices: readonly Notice[]): string | undefined {
  return notices.find((notice) => notice.message.includes(`"${target.relation}"`))?.message;
}
