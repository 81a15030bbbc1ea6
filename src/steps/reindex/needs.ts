import type { Target } from '../../generated/plan.v1.js';
import { need, needs, type Needs } from '../../model/privilege.js';
import type { ReindexSpec } from '../../model/runbook.js';
import type { Discovery } from '../contract.js';
import { allMatching } from '../selection.js';
import { HIDDEN_TOAST, needsBloat } from './discover.js';

/** Every index or table that the patterns match; where bloat matters, with what tells it. */
export function unfilteredReindex({ scope, concurrently }: ReindexSpec): ReindexSpec {
  const all = allMatching(scope);
  return scope.type === 'tables'
    ? { concurrently, scope: { ...all, type: 'tables', order_by: 'name' } }
    : {
        concurrently,
        scope: {
          ...all,
          type: 'indexes',
          min_bloat: undefined,
          invalid_only: false,
          order_by: needsBloat(scope) ? 'bloat' : 'name',
        },
      };
}

/**
 * MAINTAIN on the table of each index, TOAST tables by themselves. Bloat is told by statistics of columns
 * that the role may read: without them no index would seem bloated, and none be rebuilt.
 */
export function reindexNeeds(
  { scope }: ReindexSpec,
  { targets, leftOut = [] }: Pick<Discovery, 'targets' | 'leftOut'>,
): Promise<Needs> {
  const hidden = leftOut.filter(({ reason }) => reason.startsWith(HIDDEN_TOAST));
  const rebuilt = [...targets.map(tableOf), ...hidden.map(({ name }) => name)];
  const read = needsBloat(scope) ? targets.filter((target) => columnsOf(target).length > 0) : [];
  return Promise.resolve(
    needs(
      [
        ...rebuilt.map((name) => need(name, 'MAINTAIN')),
        ...read.map((target) => need(tableOf(target), 'SELECT', columnsOf(target))),
      ],
      {
        remarks: [
          ...(read.length === 0 ? [] : ['SELECT is for the statistics that tell the bloat.']),
          ...(targets.length === 0
            ? []
            : ['What a failed concurrent rebuild leaves behind, only the owner can drop.']),
        ],
      },
    ),
  );
}

const tableOf = ({ facts }: Target): string => String(facts['table']);

const columnsOf = ({ facts }: Target): string[] =>
  JSON.parse(String(facts['columns'] ?? '[]')) as string[];
