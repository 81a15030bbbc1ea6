import type { Queryable } from '../../postgres/session.js';
import { partitionsOf } from '../relations.js';

/** Bits of pg_trigger.tgtype; see src/include/catalog/pg_trigger.h. */
const EVENTS = { insert: 4, delete: 8, update: 16 } as const;

/** Triggers that an event sets off, those of partitions too; of UPDATE OF, where a column is set. */
async function readTriggers(
  db: Queryable,
  oid: number,
  event: keyof typeof EVENTS,
  columns: readonly string[],
): Promise<string[]> {
  const rows = await db.query<{ trigger: string }>(
    `SELECT DISTINCT format('trigger %I on %s (%s each %s): %s', t.tgname, t.tgrelid::regclass,
              CASE WHEN t.tgtype & 2 <> 0 THEN 'before' ELSE 'after' END,
              CASE WHEN t.tgtype & 1 <> 0 THEN 'row' ELSE 'statement' END, t.tgfoid::regprocedure) AS trigger
       FROM pg_catalog.pg_trigger t
      WHERE (t.tgrelid = $1::oid OR t.tgrelid IN (${partitionsOf('$1::oid')}))
        AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & $2::int <> 0
        AND ($2::int <> ${String(EVENTS.update)} OR cardinality(t.tgattr::int2[]) = 0 OR EXISTS (
              SELECT FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr::int2[]) AND a.attname = ANY ($3::text[])))
      ORDER BY 1`,
    [oid, EVENTS[event], columns],
  );
  return rows.map((row) => row.trigger);
}

/** Rules of an event: those of partitions do not count, since a statement names their table. */
async function readRules(
  db: Queryable,
  oid: number,
  event: keyof typeof EVENTS,
): Promise<string[]> {
  const rows = await db.query<{ rule: string }>(
    `SELECT format('rule %I on %s: %s', r.rulename, r.ev_class::regclass,
              CASE WHEN NOT r.is_instead THEN 'does more than the ' || $2::text
                   WHEN r.ev_qual = '<>' THEN 'takes the place of the ' || $2::text
                   ELSE 'takes the place of the ' || $2::text || ' for some rows' END) AS rule
       FROM pg_catalog.pg_rewrite r
      WHERE r.ev_class = $1::oid AND r.ev_enabled IN ('O', 'A')
        AND r.ev_type = CASE $2 WHEN 'update' THEN '2' WHEN 'insert' THEN '3' ELSE '4' END
      ORDER BY 1`,
    [oid, event],
  );
  return rows.map((row) => row.rule);
}

/** Foreign keys of other tables that must be looked at for each row, or that change those tables. */
async function readReferences(
  db: Queryable,
  oid: number,
  event: 'update' | 'delete',
  columns: readonly string[],
): Promise<string[]> {
  const rows = await db.query<{ reference: string }>(
    `SELECT format('foreign key %I of %s refers to it: on %s %s', f.conname, f.conrelid::regclass, $2::text,
              CASE CASE WHEN $2 = 'delete' THEN f.confdeltype ELSE f.confupdtype END
                WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default'
                WHEN 'r' THEN 'restrict' ELSE 'no action' END) AS reference
       FROM pg_catalog.pg_constraint f
      WHERE f.confrelid = $1::oid AND f.contype = 'f' AND f.conparentid = 0
        AND ($2 = 'delete' OR EXISTS (
              SELECT FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = f.confrelid AND a.attnum = ANY (f.confkey) AND a.attname = ANY ($3::text[])))
      ORDER BY 1`,
    [oid, event, columns],
  );
  return rows.map((row) => row.reference);
}

/** Everything that goes off when the rows are changed, for the reviewer. */
export async function readFires(
  db: Queryable,
  oid: number,
  event: 'update' | 'delete',
  columns: readonly string[],
  archiveOid: number | undefined,
): Promise<string[]> {
  return [
    ...(await readTriggers(db, oid, event, columns)),
    ...(await readRules(db, oid, event)),
    ...(await readReferences(db, oid, event, columns)),
    ...(archiveOid === undefined ? [] : await readTriggers(db, archiveOid, 'insert', [])),
    ...(archiveOid === undefined ? [] : await readRules(db, archiveOid, 'insert')),
  ];
}
