import type { Trace } from '../../model/trace.js';

interface Look {
  /** Facts of relation `c`, as arguments of jsonb_build_object. */
  readonly facts: string;
  readonly result: string;
  /** Why it is `broken` or `unknown`. */
  readonly reason: string;
}

const SAME_FILE = "'the server said success, but the file is the same as before'";

const counted = (count: string): Look => ({
  facts: `'done', pg_catalog.${count}(c.oid)`,
  // A counter that rose proves it only together with the tag: others do the same.
  result: `CASE WHEN (f.after ->> 'done')::bigint > (w.before ->> 'done')::bigint THEN 'held' ELSE 'unknown' END`,
  reason: `CASE WHEN (f.after ->> 'done')::bigint > (w.before ->> 'done')::bigint THEN NULL
            ELSE 'the server said success, but its counters do not show the work' END`,
});

const LOOKS: Readonly<Record<Trace['left'], Look>> = {
  index_made: {
    facts: `'index_oid', x.indexrelid::bigint, 'valid', x.indisvalid AND x.indisready`,
    result: `CASE WHEN (f.after ->> 'valid')::boolean IS NOT TRUE THEN 'broken'
            WHEN f.after = w.before THEN 'held' ELSE 'done' END`,
    reason: `CASE WHEN f.after -> 'index_oid' = 'null'
            THEN format('the server said success, but there is no index %I on %s', w.facts ->> 'creates_index', w.name)
            WHEN NOT (f.after ->> 'valid')::boolean
            THEN format('index %I of %s is there, but it is not valid: DROP INDEX CONCURRENTLY it, and try again',
                        w.facts ->> 'creates_index', w.name)
            WHEN f.after = w.before THEN format('index %I was there before', w.facts ->> 'creates_index') END`,
  },
  index_gone: {
    facts: `'there', c.oid IS NOT NULL`,
    result: `CASE WHEN c.oid IS NOT NULL THEN 'broken' WHEN f.after = w.before THEN 'held' ELSE 'done' END`,
    reason: `CASE WHEN c.oid IS NOT NULL THEN 'the server said success, but the index is still there'
            WHEN f.after = w.before THEN 'it was gone before' END`,
  },
  index_rebuilt: {
    facts: `'index_oid', c.oid::bigint, 'file_node', pg_catalog.pg_relation_filenode(c.oid)::bigint,
       'valid', (SELECT i.indisvalid FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid)`,
    result: `CASE WHEN f.after -> 'file_node' = w.before -> 'file_node' THEN 'unknown'
            WHEN (f.after ->> 'valid')::boolean THEN 'done' ELSE 'broken' END`,
    reason: `CASE WHEN f.after -> 'file_node' = w.before -> 'file_node' THEN ${SAME_FILE}
            WHEN (f.after ->> 'valid')::boolean THEN NULL ELSE 'it was rebuilt, but it is not valid' END`,
  },
  indexes_rebuilt: {
    facts: `'index_files', (SELECT coalesce(jsonb_object_agg(ic.relname, pg_catalog.pg_relation_filenode(ic.oid)::bigint), '{}')::text
                 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
                WHERE i.indrelid = c.oid AND i.indisvalid)`,
    result: `CASE WHEN f.left_over > 0 THEN 'unknown' ELSE 'done' END`,
    reason: `CASE WHEN f.left_over > 0
            THEN format('the server said success, but %s of its indexes are the same as before, or not valid', f.left_over) END`,
  },
  vacuumed: counted('pg_stat_get_vacuum_count'),
  analyzed: counted('pg_stat_get_analyze_count'),
  rewritten: {
    facts: `'file_node', pg_catalog.pg_relation_filenode(c.oid)::bigint`,
    result: `CASE WHEN f.after = w.before THEN 'unknown' ELSE 'done' END`,
    reason: `CASE WHEN f.after = w.before THEN ${SAME_FILE} END`,
  },
  detached: {
    facts: `'partition_of', (SELECT concat(h.inhparent::regclass, CASE WHEN h.inhdetachpending THEN ', detach pending' END)
                 FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid)`,
    result: `CASE WHEN f.after -> 'partition_of' <> 'null' THEN 'broken'
            WHEN f.after = w.before THEN 'held' ELSE 'done' END`,
    reason: `CASE WHEN f.after -> 'partition_of' <> 'null'
            THEN concat('the server said success, but it is still a partition of ', f.after ->> 'partition_of')
            WHEN f.after = w.before THEN 'it was detached before' END`,
  },
};

/** Indexes that were there before and have not got another file since. */
const LEFT_OVER = `(SELECT count(*) FROM jsonb_each((w.before ->> 'index_files')::jsonb) b
         WHERE coalesce((a.after ->> 'index_files')::jsonb -> b.key, b.value) = b.value)`;

/**
 * What the catalogs show of a statement's promise, by name, since the statement names it too: `done` (it
 * holds now and did not before), `held` (it holds), `broken`, or `unknown`.
 */
export function traceEvidence({ left }: Trace): string {
  const { facts, result, reason } = LOOKS[left];
  return `SELECT w.oid, true AS same, f.after AS facts, ${result} AS result,
       ${reason} AS reason
  FROM jsonb_to_recordset($1) w(oid bigint, name text, schema text, relation text, facts jsonb, before jsonb)
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.relation
  LEFT JOIN pg_catalog.pg_class ic ON ic.relnamespace = n.oid AND ic.relname = w.facts ->> 'creates_index'
  LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = ic.oid AND x.indrelid = c.oid
 CROSS JOIN LATERAL (SELECT jsonb_build_object(${facts}) AS after) a
 CROSS JOIN LATERAL (SELECT a.after, ${left === 'indexes_rebuilt' ? LEFT_OVER : '0'} AS left_over) f`;
}
