import type { Target } from '../../generated/plan.v1.js';
import { need, needs, type Needs } from '../../model/privilege.js';
import type { BatchSpec, RelationName } from '../../model/runbook.js';
import { expressionNeeds } from '../../sql/needs.js';
import { quoteQualified } from '../../sql/quote.js';
import { readFacts } from './facts.js';
import type { WalkKind } from './walk-kind.js';

/** What a walk over a table needs; known from the spec, but for operators of a schema of their own. */
export async function walkNeeds<Spec extends BatchSpec>(
  spec: Spec,
  targets: readonly Target[],
  kind: WalkKind<Spec>,
): Promise<Needs> {
  const { table, key, where, throttle } = spec;
  const name = quote(table);
  const own = await expressionNeeds(table, [where ?? 'true', ...kind.expressions(spec)]);
  const brake = await expressionNeeds(table, [throttle.sql ?? 'true']);
  const archive = kind.archive(spec);
  // An archive takes all columns.
  const read =
    archive !== undefined || own.columns === undefined
      ? []
      : [...new Set([...key, ...own.columns])];
  return needs(
    [
      need(name, 'SELECT', read),
      kind.event === 'update' ? need(name, 'UPDATE', kind.columns(spec)) : need(name, 'DELETE'),
      ...(archive === undefined ? [] : [need(quote(archive), 'INSERT')]),
      ...own.others,
      ...brake.others,
    ],
    {
      schemas: targets.flatMap((target) => readFacts(target).operatorSchema ?? []),
      roles: throttle.replica_lag_ms === undefined ? [] : ['pg_read_all_stats'],
      remarks: [
        'Functions and triggers that it sets off may need more.',
        ...[...own.untold, ...brake.untold].map((code) => `Not known: what ${code} needs.`),
      ],
    },
  );
}

const quote = ({ schema, name }: RelationName): string => quoteQualified(schema, name);
