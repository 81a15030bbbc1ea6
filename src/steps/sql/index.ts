import type { SqlSpec } from '../../model/runbook.js';
import { needs } from '../../model/privilege.js';
import { statementNeeds, untold } from '../../sql/needs.js';
import type { StepKind } from '../contract.js';
import { locksOfAll } from '../locks.js';
import { renderSql } from './render.js';
import { tryStatements } from './try-statements.js';

/** SQL of the user: one transaction with a completion marker, or one top-level statement. */
export const sqlKind: StepKind<SqlSpec> = {
  kind: 'sql',
  rerunnable: (spec) => spec.idempotent,
  discover: async (db, spec, _server, order) => ({
    targets: [],
    ...(await tryStatements(db, spec, order)),
  }),
  tasks: () => [{ targets: [], conflicts: [], after: [] }],
  render: renderSql,
  template: (spec) => renderSql(spec).sql,
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
  execution: () => ({
    evidence: null,
    gone_sqlstate: '42P01',
    skip_warnings: null,
    skip_locked: false,
    command: null,
  }),
};
