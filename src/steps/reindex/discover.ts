import type { Target } from '../../generated/plan.v1.js';
import type { ReindexIndexes, ReindexSpec, ReindexTables } from '../../model/runbook.js';
import type { ServerInfo } from '../../postgres/server.js';
import type { Queryable } from '../../postgres/session.js';
import type { Discovery, StepOrder } from '../contract.js';
import { findMissing, globValues } from '../relation-globs.js';
import {
  applyFilters,
  atLeast,
  beyondLimit,
  byName,
  descendingBy,
  leftOverFirst,
  noteLeftOver,
  numberFact,
  partition,
  select,
  sizeFilters,
  type Candidate,
  type Filter,
  type Selection,
} from '../selection.js';
import { indexesQuery, type IndexRow } from './query.js';

/** Whether it matters how bloated indexes are. */
export function needsBloat(scope: ReindexSpec['scope']): boolean {
  return scope.type === 'indexes' && (scope.min_bloat !== undefined || scope.order_by === 'bloat');
}

export async function discoverReindex(
  db: Queryable,
  spec: ReindexSpec,
  server: ServerInfo,
  { carriedOver }: StepOrder,
): Promise<Discovery> {
  const { scope } = spec;
  const withColumns = needsBloat(scope);
  const rows = await db.query<IndexRow>(
    indexesQuery({ scope: scope.type, withColumns, serverVersion: server.versionNumber }),
    [...globValues(scope.include, scope.exclude)],
  );
  const { targets, leftOut } = partition(rows.map(toTarget), (index) => obstacle(index, spec));
  const relkinds = scope.type === 'indexes' ? ['i', 'I'] : ['r', 'm', 'p'];
  const missing = await findMissing(db, scope.include, relkinds);
  return { ...selectForReindex(spec, noteLeftOver(targets, carriedOver)), leftOut, missing };
}

function toTarget(row: IndexRow): Target {
  return {
    oid: row.oid,
    name: row.name,
    schema: row.schema,
    relation: row.relation,
    table_oid: row.table_oid,
    size_bytes: row.size_bytes,
    facts: {
      table: row.table_name,
      main_table_oid: row.main_table_oid,
      method: row.method,
      valid: row.valid,
      leftover: row.leftover,
      exclusion: row.exclusion,
      system: row.system,
      expression_or_partial: row.expression_or_partial,
      may_maintain: row.may_maintain,
      may_name: row.may_name,
      table_indexes_bytes: row.table_indexes_bytes,
      bloat: row.bloat,
      ...(row.valid ? {} : { work_bytes: row.work_bytes }),
      ...(row.columns === undefined ? {} : { columns: row.columns }),
    },
  };
}

/** Why an index was left out that the role may not even name. */
export const HIDDEN_TOAST = 'a TOAST index, and no USAGE on schema';

/** @see https://www.postgresql.org/docs/current/sql-reindex.html (what CONCURRENTLY cannot do) */
function obstacle(index: Target, spec: ReindexSpec): string | undefined {
  if (index.facts['leftover'] === true) {
    return 'the invalid leftover of a concurrent rebuild: drop it instead';
  }
  // Ordinary roles may not name what is in pg_toast, though they own the table.
  if (index.facts['may_name'] === false && index.facts['main_table_oid'] !== index.table_oid) {
    return `${HIDDEN_TOAST} ${index.schema}`;
  }
  if (spec.concurrently && index.facts['exclusion'] === true) {
    return 'an exclusion constraint, which cannot be rebuilt concurrently';
  }
  return spec.concurrently && index.facts['system'] === true
    ? 'of a system catalog, which cannot be rebuilt concurrently'
    : undefined;
}

/** Applies the declared filters, order and limit. Pure. */
export function selectForReindex(spec: ReindexSpec, candidates: readonly Target[]): Selection {
  return spec.scope.type === 'indexes'
    ? selectIndexes(spec.scope, candidates)
    : selectTables(spec.scope, candidates);
}

function selectIndexes(scope: ReindexIndexes, candidates: readonly Target[]): Selection {
  const filters = [
    ...sizeFilters(scope),
    ...knownBloat(scope.min_bloat),
    ...atLeast('min_bloat', 'bloat', scope.min_bloat),
    ...(scope.invalid_only
      ? [{ name: 'invalid_only', keep: (c: Target) => c.facts['valid'] === false }]
      : []),
  ];
  const orders = {
    size: descendingBy((target) => target.size_bytes),
    bloat: descendingBy((target) => numberFact(target, 'bloat')),
    name: byName,
  };
  return select(candidates, filters, orders[scope.order_by], scope.limit);
}

/** Other methods than btree, and indexes of tables whose statistics are missing or hidden. */
function knownBloat(minBloat: number | undefined): Filter[] {
  if (minBloat === undefined) return [];
  const keep = ({ facts }: Candidate): boolean => typeof facts['bloat'] === 'number';
  return [{ name: 'min_bloat (unknown: no statistics, or hidden, or no btree)', keep }];
}

/** Sizes and the limit speak of tables here, so that each table's indexes come all or not at all. */
function selectTables(scope: ReindexTables, candidates: readonly Target[]): Selection {
  const tableSize = (target: Target): number => numberFact(target, 'table_indexes_bytes');
  const filters = sizeFilters(scope).map(({ name, keep }) => ({
    name,
    keep: (c: Target) => keep({ ...c, size_bytes: tableSize(c) }),
  }));
  const { kept, unselected } = applyFilters(candidates, filters);
  const byTable = (a: Target, b: Target): number =>
    String(a.facts['table']) < String(b.facts['table'])
      ? -1
      : Number(a.facts['table'] !== b.facts['table']);
  const order = (a: Target, b: Target): number =>
    (scope.order_by === 'size' ? tableSize(b) - tableSize(a) : 0) || byTable(a, b) || byName(a, b);
  const sorted = kept.sort(leftOverFirst(order));
  const tables = new Set(sorted.map((target) => target.table_oid));
  const chosen = new Set([...tables].slice(0, scope.limit));
  return {
    targets: sorted.filter((target) => chosen.has(target.table_oid)),
    unselected: [
      ...unselected,
      ...beyondLimit(sorted.filter((target) => !chosen.has(target.table_oid))),
    ],
  };
}
