import type { Target } from '../../generated/plan.v1.js';
import type { VacuumSpec } from '../../model/runbook.js';
import type { ServerInfo } from '../../postgres/server.js';
import type { Queryable } from '../../postgres/session.js';
import type { Discovery, StepOrder } from '../contract.js';
import { requireOptions } from '../options.js';
import { findMissing } from '../relation-globs.js';
import { measure, readTables, type TableRow } from '../relations.js';
import {
  applyFilters,
  atLeast,
  byName,
  descendingBy,
  noteLeftOver,
  notDoneFor,
  numberFact,
  partition,
  select,
  sizeFilters,
  type Candidate,
  type Filter,
  type Selection,
} from '../selection.js';

/** The first PostgreSQL version of the options that came after 14. */
const SINCE = { process_main: 16, skip_database_stats: 16, buffer_usage_limit: 16 };

export async function discoverVacuum(
  db: Queryable,
  spec: VacuumSpec,
  server: ServerInfo,
  { carriedOver }: StepOrder,
): Promise<Discovery> {
  requireOptions('VACUUM', spec.options, SINCE, server);
  const rows = await readTables(db, spec.tables, ['r', 'm']);
  const { targets: able, leftOut } = partition(rows.map(toCandidate), (table) =>
    obstacle(table, spec),
  );
  const { kept, unselected } = applyFilters(able, activityFilters(spec.tables));
  const tables = await measure(db, kept, server.versionNumber, { bloat: true });
  const selection = selectForVacuum(spec, noteLeftOver(tables, carriedOver));
  const missing = await findMissing(db, spec.tables.include, ['r', 'm', 'p']);
  return {
    ...selection,
    unselected: [...unselected, ...selection.unselected],
    leftOut,
    missing,
  };
}

/** Where VACUUM would answer with success and do nothing, no evidence could ever prove it. */
function obstacle(table: Candidate, { options }: VacuumSpec): string | undefined {
  if (options.process_main !== false) return undefined;
  if (options.process_toast === false) return 'process_main and process_toast are both false';
  return table.facts['has_toast'] === true
    ? undefined
    : 'no TOAST table, and process_main is false';
}

function toCandidate(row: TableRow): Candidate {
  const rows = row.live_rows + row.dead_rows;
  return {
    oid: row.oid,
    name: row.name,
    schema: row.schema,
    relation: row.relation,
    table_oid: row.oid,
    facts: {
      dead_rows: row.dead_rows,
      dead_ratio: rows === 0 ? 0 : row.dead_rows / rows,
      xid_age: row.xid_age,
      mxid_age: row.mxid_age,
      has_toast: row.has_toast,
      seconds_since_vacuum: row.vacuum_age === null ? null : Math.round(row.vacuum_age),
    },
  };
}

const ORDERS = {
  dead_rows: descendingBy((target) => numberFact(target, 'dead_rows')),
  size: descendingBy((target) => target.size_bytes),
  xid_age: descendingBy((target) => numberFact(target, 'xid_age')),
  mxid_age: descendingBy((target) => numberFact(target, 'mxid_age')),
  name: byName,
};

/** Filters by what is known of all tables before their size is asked for. */
function activityFilters(tables: VacuumSpec['tables']): Filter[] {
  return [
    ...atLeast('min_dead_rows', 'dead_rows', tables.min_dead_rows),
    ...atLeast('min_dead_ratio', 'dead_ratio', tables.min_dead_ratio),
    ...atLeast('min_xid_age', 'xid_age', tables.min_xid_age),
    ...atLeast('min_mxid_age', 'mxid_age', tables.min_mxid_age),
    ...notDoneFor('not_vacuumed_for', 'seconds_since_vacuum', tables.not_vacuumed_for_ms),
  ];
}

/** Applies the declared filters, order and limit. Pure. */
export function selectForVacuum(spec: VacuumSpec, candidates: readonly Target[]): Selection {
  const { tables } = spec;
  const filters = [...activityFilters(tables), ...sizeFilters(tables)];
  return select(candidates, filters, ORDERS[tables.order_by], tables.limit);
}
