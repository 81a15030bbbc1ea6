import { RunbookError } from '../../errors.js';
import type { RelationName } from '../../model/runbook.js';
import type { Queryable, Row } from '../../postgres/session.js';
import { quoteQualified } from '../../sql/quote.js';
import { BUSY_CTE, partitionsOf, sizeOf } from '../relations.js';

export interface Column {
  readonly name: string;
  /** Its attnum: another column may take the name over, never the number. */
  readonly number: number;
  readonly type_oid: number;
  readonly collation_oid: number;
  readonly type: string;
  /** The type, of a domain the one beneath it. */
  readonly plain: string;
  /** That without its length or precision. */
  readonly base: string;
  /** Whether its values can be written into a JSON array as one text, and read back. */
  readonly one_text: boolean;
  readonly not_null: boolean;
  readonly generated: boolean;
}

/** A unique btree index on plain columns. */
export interface UniqueKey {
  readonly index: string;
  readonly columns: readonly string[];
  /** The operators that order its columns. */
  readonly operators: readonly { readonly oid: number; readonly schema: string }[];
}

export interface WalkedTable extends Row {
  readonly oid: number;
  readonly name: string;
  readonly size_bytes: number;
  readonly blocks: number;
  /** As the last VACUUM or ANALYZE has counted them. */
  readonly rows: number;
  readonly has_children: boolean;
  readonly columns: readonly Column[];
  readonly keys: readonly UniqueKey[];
}

/**
 * Unique indexes along which rows can be walked: every row is in them once, and they have the order
 * that the column's own operators and collation have. Columns may be null where UNIQUE allows it.
 */
const KEYS = `
  SELECT coalesce(jsonb_agg(jsonb_build_object('index', format('%I.%I', xn.nspname, x.relname), 'columns', k.columns,
                            'operators', k.operators)
                            ORDER BY i.indisprimary DESC, x.relname), '[]')
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace xn ON xn.oid = x.relnamespace
    JOIN pg_catalog.pg_am am ON am.oid = x.relam AND am.amname = 'btree'
   CROSS JOIN LATERAL (
     SELECT jsonb_agg(a.attname ORDER BY p.place) AS columns,
            bool_and(p.collation_oid = a.attcollation AND o.opcdefault) AS plain,
            jsonb_agg(jsonb_build_object('oid', op.oid::bigint, 'schema', opn.nspname)) AS operators,
            count(DISTINCT p.direction) = 1 AND min(p.direction) IN (0, 3) AS one_way
       FROM ROWS FROM (unnest(i.indkey::int2[]), unnest(i.indcollation::oid[]), unnest(i.indclass::oid[]),
                       unnest(i.indoption::int2[])) WITH ORDINALITY p(attnum, collation_oid, class_oid, direction, place)
       JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.attnum
       JOIN pg_catalog.pg_opclass o ON o.oid = p.class_oid
       JOIN pg_catalog.pg_amop ao ON ao.amopfamily = o.opcfamily AND ao.amopstrategy = 5
                                 AND ao.amoplefttype = o.opcintype AND ao.amoprighttype = o.opcintype
       JOIN pg_catalog.pg_operator op ON op.oid = ao.amopopr
       JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace
      WHERE p.place <= i.indnkeyatts) k
   WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
     AND k.plain AND k.one_way`;

const COLUMNS = `
  SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'number', a.attnum,
           'type_oid', a.atttypid::bigint, 'collation_oid', a.attcollation::bigint, 'type', format_type(a.atttypid, a.atttypmod),
           'base', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL),
           'plain', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod)
                         ELSE format_type(a.atttypid, a.atttypmod) END,
           'one_text', t.typcategory <> 'A' AND t.typtype <> 'c' AND t.typname NOT IN ('json', 'jsonb')
                       AND NOT EXISTS (SELECT FROM pg_catalog.pg_cast k WHERE k.castsource = t.oid AND k.casttarget = 'json'::regtype),
           -- From PostgreSQL 18 on a NOT NULL that was never validated counts as one, and rows may be null.
           'not_null', a.attnotnull AND NOT EXISTS (
             SELECT FROM pg_catalog.pg_constraint k
              WHERE k.conrelid = c.oid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated),
           'generated', a.attgenerated <> '') ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

/**
 * Reads a table or partitioned table as a walk needs it.
 * @throws RunbookError `step_refused` when there is none of that name.
 */
export async function readWalkedTable(db: Queryable, name: RelationName): Promise<WalkedTable> {
  const [row] = await db.query<WalkedTable & { relkind: string }>(
    `WITH ${BUSY_CTE}
SELECT t.oid, format('%I.%I', n.nspname, t.relname) AS name, t.relkind::text AS relkind, s.size_bytes,
       s.rows,
       ceil(s.main_bytes / current_setting('block_size')::int)::float8 AS blocks,
       EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhparent = t.oid) AND t.relkind = 'r' AS has_children,
       d.columns, d.keys
  FROM pg_catalog.pg_class t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
 CROSS JOIN LATERAL (
   SELECT sum(CASE WHEN c.relkind = 'p' THEN 0 ELSE greatest(c.reltuples, 0) END)::float8 AS rows, sum(${sizeOf('pg_table_size')})::float8 AS size_bytes, sum(${sizeOf('pg_relation_size')})::float8 AS main_bytes
     FROM pg_catalog.pg_class c
    WHERE c.oid = t.oid OR c.oid IN (${partitionsOf('t.oid')})) s
 CROSS JOIN LATERAL (
   SELECT (${KEYS}) AS keys, (${COLUMNS}) AS columns FROM (SELECT t.oid) c) d
 WHERE n.nspname = $1 AND t.relname = $2`,
    [name.schema, name.name],
  );
  const quoted = quoteQualified(name.schema, name.name);
  if (row === undefined) {
    throw new RunbookError('step_refused', `there is no table ${quoted}`, {
      sqlstate: '42P01',
      hint: 'Names are taken as they are written, case included.',
    });
  }
  if (!['r', 'p'].includes(row.relkind)) {
    throw new RunbookError('step_refused', `${row.name} is no table`, {
      sqlstate: '42809',
      hint: 'Name the table itself.',
    });
  }
  if (row.has_children) {
    throw new RunbookError('step_refused', `other tables inherit from ${row.name}`, {
      hint: 'No unique key spans them. Walk each of the tables beneath it instead.',
    });
  }
  return row;
}
