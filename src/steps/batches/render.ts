import type { Target } from '../../generated/plan.v1.js';
import type { BatchSpec } from '../../model/runbook.js';
import { quoteDollar, quoteLiteral } from '../../sql/quote.js';
import { QUEUE_SIZE, type Command } from '../contract.js';
import { readFacts, type WalkFacts } from './facts.js';
import { leftSql, newestSql, nextSql, PARAMETERS, sampleSql, type Bounds } from './walk-sql.js';

/** The statement that changes the rows between two keys. */
export type ChangeSql<Spec> = (spec: Spec, facts: WalkFacts, bounds: Bounds) => string;

function limits(
  { where, batch, throttle, remaining, allow_unchanged: allowUnchanged }: BatchSpec,
  { samplePercent, archiveOid }: WalkFacts,
): string {
  return JSON.stringify({
    rows: batch.rows,
    min_rows: batch.min_rows,
    max_rows: batch.max_rows,
    target_ms: batch.target_ms,
    pause_ms: batch.pause_ms,
    remaining,
    all_rows: where === undefined,
    allow_unchanged: allowUnchanged,
    sample_percent: samplePercent,
    archives: archiveOid !== null,
    throttle: {
      replica_lag_ms: throttle.replica_lag_ms,
      sql: throttle.sql,
      wal_bytes_per_second: throttle.wal_bytes_per_second,
    },
  });
}

/** The call of the ledger's procedure that walks one part; all but its first line is the same in each. */
export function renderWalk<Spec extends BatchSpec>(
  spec: Spec,
  targets: readonly Target[],
  change: ChangeSql<Spec>,
): Command {
  const [target] = targets;
  if (target === undefined || targets.length !== 1) throw new Error('a walk has one part');
  const facts = readFacts(target);
  const walk = { spec, ...facts };
  const left = leftSql(walk);
  const argument = (name: string, sql: string): string =>
    `  p_${name} => ${quoteDollar(`\n${sql}\n`, name)}`;
  const { part, cuts, samplePercent } = facts;
  return {
    sql: [
      `CALL runbook.run_batches(p_part => ${String(part)},`,
      [
        `  p_cuts => ${quoteLiteral(cuts).trimStart()}`,
        `  p_limits => ${quoteDollar(limits(spec, facts), 'limits')}`,
        argument('change', change(spec, facts, PARAMETERS)),
        argument('next', nextSql(walk, PARAMETERS, '$3')),
        left === undefined ? '  p_left => NULL' : argument('left', left),
        argument('newest', newestSql(walk, PARAMETERS.above)),
        argument('sample', sampleSql(walk, PARAMETERS, samplePercent)),
      ].join(',\n') + ')',
    ].join('\n'),
    proof: 'checkpoint',
    queue_size: QUEUE_SIZE,
    reads_output: true,
  };
}
