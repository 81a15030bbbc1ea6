import type { Lock, Target } from '../../generated/plan.v1.js';
import type { BatchSpec, RelationName } from '../../model/runbook.js';
import { writeName } from '../../sql/relations.js';
import { relationConflict, type StepKind, type TaskDraft } from '../contract.js';
import { locksOfAll } from '../locks.js';
import { discoverWalk } from './discover.js';
import { walkExecution } from './evidence.js';
import { readFacts, unknownFacts } from './facts.js';
import { renderWalk } from './render.js';
import { walkNeeds } from './needs.js';
import type { WalkKind } from './walk-kind.js';

function toTask(target: Target): TaskDraft {
  const { archiveOid } = readFacts(target);
  const oids = [target.table_oid, ...(archiveOid === null ? [] : [archiveOid])];
  return {
    targets: [target],
    conflicts: oids.map(relationConflict),
    shares_targets: true,
    after: [],
  };
}

/** Between two batches nothing is locked. */
function batchLocks<Spec extends BatchSpec>(kind: WalkKind<Spec>, spec: Spec): Lock[] {
  const archive = kind.archive(spec);
  return locksOfAll([
    { command: kind.event === 'update' ? 'UPDATE' : 'DELETE', relations: [nameOf(spec.table)] },
    ...(archive === undefined
      ? []
      : [{ command: 'INSERT' as const, relations: [nameOf(archive)] }]),
  ]).map((lock) => ({ ...lock, held: 'briefly', note: 'in each batch' }));
}

const nameOf = ({ schema, name }: RelationName): string => writeName([schema, name]);

/** A kind that walks one table in batches along a unique key, one worker to a part of it. */
export function walkKind<Spec extends BatchSpec>(
  kind: Pick<StepKind<Spec>, 'kind'> & WalkKind<Spec>,
): StepKind<Spec> {
  return {
    kind: kind.kind,
    rerunnable: () => true,
    resumable: true,
    roughBytesPerSecond: 10 * 1024 * 1024,
    settings: {
      // A plan that reads the whole table would do so for each batch.
      enable_seqscan: 'off',
      // A policy would hide rows, and the proof that none is left would be worth nothing.
      row_security: 'off',
      default_transaction_isolation: 'read committed',
      // A float's text must read back as the float that it was.
      extra_float_digits: '1',
    },
    discover: (db, spec, server, order) => discoverWalk(db, spec, server, order, kind),
    tasks: (_spec, targets) => targets.map(toTask),
    template: (spec) => kind.change(spec, unknownFacts(spec), { above: ':above', upto: ':upto' }),
    render: (spec, targets) => renderWalk(spec, targets, kind.change),
    locks: (spec) => batchLocks(kind, spec),
    unfiltered: (spec) => spec,
    needs: (spec, { targets }) => walkNeeds(spec, targets, kind),
    execution: walkExecution,
  };
}
