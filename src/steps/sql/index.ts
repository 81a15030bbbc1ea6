import type { SqlSpec } from '../../model/runbook.js';
import { needs } from '../../model/privilege.js';
import { statementNeeds, untold } from '../../sql/needs.js';
import type { StepKind } from '../contract.js';
import { locksOfAll } from '../locks.js';
import { estimateChanges } from './estimate.js';
import { describeExpected } from './expect.js';
import { renderSql } from './render.js';

/** SQL of the user: one transaction with a completion marker, or one top-level statement. */
export const sqlKind: StepKind<SqlSpec> = {
  kind: 'sql',
  rerunnable: (spec) => spec.idempotent,
  discover: async (db, spec, _server, order) => ({
    targets: [],
    estimates: await estimateChanges(db, spec, order),
  }),
  tasks: () => [{ targets: [], conflicts: [], after: [] }],
  render: renderSql,
  template: (spec) => renderSql(spec).sql,
  expects: ({ statements }) =>
    statements.flatMap(({ countable, expected }, index) =>
      expected === null
        ? []
        : `statement ${String(index + 1)} (${countable?.name ?? ''}): ${describeExpected(expected)} row${expected.maxRows === 1 ? '' : 's'}`,
    ),
  locks: ({ locking }) => locksOfAll(locking),
  unfiltered: (spec) => spec,
  needs: ({ locking }) =>
    Promise.resolve(
      needs(statementNeeds(locking), {
        remarks: [
          'By what its text names: functions, triggers, views of others, sequences and dynamic SQL may need more.',
          ...untold(locking).map((name) => `Not known: what ${name} needs.`),
        ],
      }),
    ),
  execution: ({ statements }) => ({
    evidence: null,
    gone_sqlstate: '42P01',
    skip_warnings: null,
    skip_locked: false,
    command: null,
    statements: statements.length,
  }),
};
