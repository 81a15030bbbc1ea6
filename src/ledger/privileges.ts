import { need, type RelationNeed, type RelationPrivilege } from '../model/privilege.js';

const GROWS = ['SELECT', 'INSERT', 'UPDATE'] as const;

/**
 * What of the ledger's tables the engine, its workers and the supervisor do: they all run with the
 * rights of the role. Rows are deleted from two only; what belongs to a run goes by foreign keys.
 */
export const LEDGER_TABLES: Readonly<Record<string, readonly RelationPrivilege[]>> = {
  migration: ['SELECT'],
  runbook_version: GROWS,
  run: [...GROWS, 'DELETE'],
  step: GROWS,
  task: GROWS,
  attempt: GROWS,
  completion: ['SELECT', 'INSERT', 'DELETE'],
  batch_part: GROWS,
  supervisor: GROWS,
  emergency_brake: [...GROWS, 'DELETE'],
};

export function ledgerNeeds(): RelationNeed[] {
  return Object.entries(LEDGER_TABLES).flatMap(([table, privileges]) =>
    privileges.map((privilege) => need(`runbook.${table}`, privilege)),
  );
}
