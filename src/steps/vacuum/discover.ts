import type { Target } from '../../generated/plan.v1.js';
import type { VacuumSpec } from '../../model/runbook.js';
import type { ServerInfo } from '../../postgres/server.js';
import type { Queryable } from '../../postgres/session.js';
import type { Discovery, StepOrder } from '../contract.js';
import { requireOptions } from '../options.js';
import { findMissing } from '../relation-globs.js';
import { readTables, type TableRow } from '../relations.js';
import {
  atLeast,
  byName,
  descendingBy,
  noteLeftOver,
  notDoneFor,
  numberFact,
  partition,
  select,
  sizeFilters,
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
  const rows = await readTables(db, spec.tables, ['r', 'm'], server.versionNumber);
  const { targets, leftOut } = partition(rows.map(toTarget), (table) => obstacle(table, spec));
  const missing = await findMissing(db, spec.tables.include, ['r', 'm', 'p']);
  return { ...selectForVacuum(spec, noteLeftOver(targets, carriedOver)), leftOut, missing };
}

/** Where VACUUM would answer with success and do nothing, no evidence could ever prove it. */
function obstacle(table: Target, { options }: VacuumSpec): string | undefined {
  if (options.process_main !== false) return undefined;
  if (options.process_toast === false) return 'process_main and process_toast are both false';
  return table.facts['has_toast'] === true
    ? undefined
    : 'no TOAST table, and process_main is false';
}

function toTarget(row: TableRow): Target {
  const rows = row.live_rows + row.dead_rows;
  return {
    oid: row.oid,
    name: row.name,
    schema: row.schema,
    relation: row.relation,
    table_oid: row.oid,
    size_bytes: row.size_bytes,
    facts: {
      dead_rows: row.dead_rows,
      dead_ratio: rows === 0 ? 0 : row.dead_rows / rows,
      xid_age: row.xid_age,
      bloat: row.bloat,
      has_toast: row.has_toast,
      seconds_since_vacuum: row.vacuum_age === null ? null : Math.round(row.vacuum_age),
      may_maintain: row.may_maintain,
    },
  };
}

const ORDERS = {
  dead_rows: descendingBy((target) => numberFact(target, 'dead_rows')),
  size: descendingBy((target) => target.size_bytes),
  xid_age: descendingBy((target) => numberFact(target, 'xid_age')),
  name: byName,
};

/** Applies the declared filters, order and limit. Pure. */
export function selectForVacuum(spec: VacuumSpec, candidates: readonly Target[]): Selection {
  const { tables } = spec;
  const filters = [
    ...sizeFilters(tables),
    ...atLeast('min_dead_rows', 'dead_rows', tables.minDeadRows),
    ...atLeast('min_dead_ratio', 'dead_ratio', tables.minDeadRatio),
    ...atLeast('min_xid_age', 'xid_age', tables.minXidAge),
    ...notDoneFor('not_vacuumed_for', 'seconds_since_vacuum', tables.notVacuumedForMs),
  ];
  return select(candidates, filters, ORDERS[tables.orderBy], tables.limit);
}
