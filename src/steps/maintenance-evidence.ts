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
       ${mayMaintain('vacuum_or_analyze', serverVersion)} AS may_maintain
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
 * Judges a command that answers with success even where it skipped a relation and only warned. Such
 * a warning weighs more than the counters, which somebody else's work may have raised meanwhile.
 * @param done whether the counters prove that the work was done.
 */
export function judgeMaintenance(
  observation: Observation,
  done: (after: Facts) => boolean,
  skipLocked: boolean,
): Judgement {
  const { target, after, completed, notices, among } = observation;
  if (after === undefined) {
    return { result: 'skipped', reason: 'it was dropped or renamed meanwhile', sqlstate: '42P01' };
  }
  const skips = skipWarnings(target, notices);
  const namesakes = among.filter(({ relation }) => relation === target.relation).length;
  const [skip] = skips;
  if (skip !== undefined && skips.length >= namesakes) {
    return { result: 'skipped', reason: skip.message, sqlstate: skip.sqlstate };
  }
  if (done(after)) return { result: 'done' };
  if (!completed) return { result: 'not_done' };
  const warning = notices.find((notice) => isAbout(target, notice))?.message;
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

/** SQLSTATEs of the warnings with which VACUUM and ANALYZE pass a relation by; their texts are translated. */
const SKIPPED = ['55P03', '42P01'];

function skipWarnings(target: Target, notices: readonly Notice[]): readonly Notice[] {
  return notices.filter((n) => SKIPPED.includes(n.sqlstate) && isAbout(target, n));
}

function isAbout(target: Target, notice: Notice): boolean {
  return notice.message.includes(`"${target.relation}"`);
}
