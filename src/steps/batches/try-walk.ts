import type { Batch, Batches } from '../../generated/plan.v1.js';
import type { BatchSpec } from '../../model/runbook.js';
import type { Queryable } from '../../postgres/session.js';
import { estimateRows } from '../../postgres/trial.js';
import { quoteLiteral } from '../../sql/quote.js';
import type { WalkFacts } from './facts.js';
import type { WalkedTable } from './table.js';
import type { WalkKind } from './walk-kind.js';
import { cutsSql, leftSql, newestSql, nextSql, sampleSql, tableOf, type Walk } from './walk-sql.js';

/** What trying a walk has shown. */
export interface Tried {
  readonly cuts: readonly string[];
  readonly batches: Pick<Batches, 'rows_estimated' | 'matching_estimated' | 'first' | 'typical'>;
}

/** Lets the server plan all that will be sent, and reads the keys that the plan shows. */
export async function tryWalk<Spec extends BatchSpec>(
  db: Queryable,
  walk: Walk & { readonly spec: Spec },
  concurrency: number,
  facts: Omit<WalkFacts, 'part' | 'cuts'>,
  kind: WalkKind<Spec>,
): Promise<Tried> {
  const { spec } = walk;
  const rows = await estimateRows(db, `SELECT FROM ${tableOf(walk)}`);
  const left = leftSql(walk);
  if (left !== undefined) await estimateRows(db, left);
  if (spec.throttle.sql !== undefined) {
    await estimateRows(db, `SELECT WHERE (${spec.throttle.sql}\n)`);
  }
  const parts = Math.max(1, Math.min(concurrency, Math.floor(rows / spec.batch.rows)));
  const cuts = await readCuts(db, walk, parts, facts.samplePercent);
  const [middle] = await readCuts(db, walk, 2, facts.samplePercent);
  const show = (above: string | null): Promise<Batch> =>
    showBatch(db, walk, above, (bounds) =>
      kind.change(spec, { ...facts, part: 1, cuts: '[]' }, bounds),
    );
  const { where } = spec;
  return {
    cuts,
    batches: {
      rows_estimated: rows,
      matching_estimated:
        where === undefined
          ? null
          : await estimateRows(db, `SELECT FROM ${tableOf(walk)} WHERE (${where}\n)`),
      first: await show(null),
      typical: middle === undefined ? null : await show(middle),
    },
  };
}

async function readCuts(
  db: Queryable,
  walk: Walk,
  parts: number,
  percent: number,
): Promise<string[]> {
  if (parts < 2) return [];
  const rows = await db.query<{ key: string }>(cutsSql(walk, parts, percent));
  return rows.map((row) => row.key);
}

function jsonbLiteral(key: string | null): string {
  return key === null ? 'NULL::jsonb' : `${quoteLiteral(key).trimStart()}::jsonb`;
}

/** The batch after a key as it would be now, which the server has planned. */
async function showBatch(
  db: Queryable,
  walk: Walk,
  above: string | null,
  change: (bounds: { above: string; upto: string }) => string,
): Promise<Batch> {
  const from = jsonbLiteral(above);
  // As text: a number of JavaScript's has no room for a large bigint.
  const next = nextSql(walk, { above: from, upto: 'NULL::jsonb' }, String(walk.spec.batch.rows));
  const [row] = await db.query<{ seen: string; last: string | null }>(
    `SELECT n.seen, n.last::text AS last FROM (${next}) n`,
  );
  const upto = row?.last ?? null;
  const sql = change({ above: from, upto: jsonbLiteral(upto) });
  await estimateRows(db, sql);
  return { above, upto, rows: Number(row?.seen ?? 0), sql };
}

/** All texts of a walk: the server is sent the like of them, which differ in keys alone. */
export function walkedSql<Spec extends BatchSpec>(
  walk: Walk & { readonly spec: Spec },
  facts: Omit<WalkFacts, 'part' | 'cuts'>,
  kind: WalkKind<Spec>,
): string[] {
  const { spec } = walk;
  const nowhere = { above: jsonbLiteral(null), upto: jsonbLiteral(null) };
  const left = leftSql(walk);
  return [
    nextSql(walk, nowhere, '1'),
    newestSql(walk, nowhere.above),
    sampleSql(walk, nowhere, facts.samplePercent),
    cutsSql(walk, 1, facts.samplePercent),
    ...(left === undefined ? [] : [left]),
    kind.change(spec, { ...facts, part: 1, cuts: '[]' }, nowhere),
    ...(spec.throttle.sql === undefined ? [] : [`SELECT (${spec.throttle.sql}\n)`]),
  ];
}

/** What is known of a walk that may not be tried. */
export function untriedWalk({ rows }: WalkedTable): Tried {
  const batches = { rows_estimated: rows, matching_estimated: null, first: null, typical: null };
  return { cuts: [], batches };
}
