import { createHash } from 'node:crypto';
import type { PlanV1, Task } from '../generated/plan.v1.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Names what a worker of a task may be sent: its SQL, and the relations of which a part of it may be made. The ledger
 * computes the same of its record right before a launch, and launches nothing when somebody has changed it.
 * @see src/ledger/functions/prepare.sql, runbook.task_digest
 */
export function taskDigest({ sql, targets }: Task): string {
  const parts = targets.flatMap(({ oid, schema, relation, facts }) => [
    String(oid),
    sha256(schema),
    sha256(relation),
    String(facts['only'] === true),
  ]);
  return sha256([sha256(sql), ...parts].join(','));
}

/**
 * Names the SQL of a run's guards, in the same way.
 * @see src/ledger/functions/guards.sql, runbook.guards_digest
 */
export function guardsDigest(guards: PlanV1['guards']): string {
  return sha256(guards.map(({ condition }) => sha256(String(condition['sql'] ?? ''))).join(','));
}
