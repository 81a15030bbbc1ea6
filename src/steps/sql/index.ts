import type { SqlSpec } from '../../model/runbook.js';
import { needs } from '../../model/privilege.js';
import { statementNeeds, untold } from '../../sql/needs.js';
import type { StepKind } from '../contract.js';
import { locksOfAll, waitsForOldTransactions } from '../locks.js';
import { describeExpected } from './expect.js';
import { findTrace } from './find-trace.js';
import { renderSql } from './render.js';
import { traceEvidence } from './trace-evidence.js';
import { tryStatements } from './try-statements.js';

/** SQL of the user: one transaction with a completion marker, or one top-level statement. */
export const sqlKind: StepKind<SqlSpec> = {
  kind: 'sql',
  rerunnable: (spec) => spec.idempotent,
  discover: async (db, spec, _server, order) => ({
    targets: spec.trace === undefined ? [] : await findTrace(db, spec.trace, order),
    ...(await tryStatements(db, spec, order)),
  }),
  tasks: (_spec, targets) => [{ targets: [...targets], conflicts: [], after: [] }],
  render: (spec, targets) => renderSql(spec, targets.length > 0),
  template: (spec) => renderSql(spec).sql,
  expects: ({ statements }) =>
    statements.flatMap(({ countable, expected }, index) =>
      expected === null
        ? []
        : `statement ${String(index + 1)} (${countable?.name ?? ''}): ${describeExpected(expected)} row${expected.max_rows === 1 ? '' : 's'}`,
    ),
  locks: ({ locking }) => locksOfAll(locking),
  // In a transaction no command is a concurrent build.
  waitsForOldTransactions: ({ transaction, locking }) =>
    !transaction && locking.some(({ command }) => waitsForOldTransactions(command)),
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
  execution: ({ statements, trace }) => ({
    evidence: trace === undefined ? null : traceEvidence(trace),
    gone_sqlstate: '42P01',
    skip_warnings: null,
    skip_locked: false,
    command: null,
    statements: statements.length,
  }),
};
