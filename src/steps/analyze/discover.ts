import type { Target } from '../../generated/plan.v1.js';
import type { AnalyzeSpec } from '../../model/runbook.js';
import type { ServerInfo } from '../../postgres/server.js';
import type { Queryable } from '../../postgres/session.js';
import type { Discovery, StepOrder } from '../contract.js';
import { requireOptions } from '../options.js';
import { findMissing } from '../relation-globs.js';
import { measure, readTables, type TableRow } from '../relations.js';
import {
  applyFilters,
  byName,
  descendingBy,
  noteLeftOver,
  notDoneFor,
  numberFact,
  select,
  sizeFilters,
  type Candidate,
  type Filter,
  type Selection,
} from '../selection.js';

/** The first PostgreSQL version of the options that came after 14. */
const SINCE = { buffer_usage_limit: 16 };

/** From PostgreSQL 18 on, ANALYZE ONLY leaves the partitions of a partitioned table alone. */
export const ANALYZE_ONLY_SINCE = 180_000;

export async function discoverAnalyze(
  db: Queryable,
  spec: AnalyzeSpec,
  server: ServerInfo,
  { carriedOver }: StepOrder,
): Promise<Discovery> {
  requireOptions('ANALYZE', spec.options, SINCE, server);
  const relkinds = ['r', 'm', 'p', ...(spec.tables.foreign ? ['f'] : [])];
  const rows = await readTables(db, spec.tables, relkinds);
  const only = server.versionNumber >= ANALYZE_ONLY_SINCE;
  const candidates = rows.map((row) => toCandidate(row, only));
  const { kept, unselected } = applyFilters(candidates, activityFilters(spec.tables));
  const tables = await measure(db, kept, server.versionNumber, { bloat: false });
  const selection = selectForAnalyze(spec, noteLeftOver(tables, carriedOver));
  const missing = await findMissing(db, spec.tables.include, relkinds);
  return { ...selection, unselected: [...unselected, ...selection.unselected], missing };
}

/**
 * @param only whether the server can analyze a partitioned table alone; where it cannot, the table's
 *   whole tree is one conflict, or its partitions would be locked twice.
 */
function toCandidate(row: TableRow, only: boolean): Candidate {
  return {
    oid: row.oid,
    name: row.name,
    schema: row.schema,
    relation: row.relation,
    table_oid: row.oid,
    facts: {
      relkind: row.relkind,
      modified_rows: row.modified_rows,
      seconds_since_analyze: row.analyze_age === null ? null : Math.round(row.analyze_age),
      only: only && row.relkind === 'p',
      partition_tree: only ? null : row.partition_root,
    },
  };
}

const ORDERS = {
  modified_rows: descendingBy((target) => numberFact(target, 'modified_rows')),
  size: descendingBy((target) => target.size_bytes),
  name: byName,
};

/** Filters by what is known of all tables before their size is asked for. */
function activityFilters(tables: AnalyzeSpec['tables']): Filter[] {
  return [
    ...enoughModified(tables.min_modified_rows),
    ...notDoneFor('not_analyzed_for', 'seconds_since_analyze', tables.not_analyzed_for_ms),
  ];
}

/** Applies the declared filters, order and limit. Pure. */
export function selectForAnalyze(spec: AnalyzeSpec, candidates: readonly Target[]): Selection {
  const { tables } = spec;
  const filters = [...activityFilters(tables), ...sizeFilters(tables)];
  return select(candidates, filters, ORDERS[tables.order_by], tables.limit);
}

/** PostgreSQL does not count changed rows of a partitioned table, and autovacuum never analyzes one. */
function enoughModified(bound: number | undefined): Filter[] {
  if (bound === undefined) return [];
  return [
    {
      name: 'min_modified_rows',
      keep: (c) => c.facts['relkind'] === 'p' || numberFact(c, 'modified_rows') >= bound,
    },
  ];
}
