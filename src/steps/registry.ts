import { RunbookError } from '../errors.js';
import type { StepKindName } from '../model/runbook.js';
import { analyzeKind } from './analyze/index.js';
import { backfillKind } from './backfill/index.js';
import type { StepKind } from './contract.js';
import { purgeKind } from './purge/index.js';
import { refreshKind } from './refresh/index.js';
import { reindexKind } from './reindex/index.js';
import { sqlKind } from './sql/index.js';
import { vacuumKind } from './vacuum/index.js';

const KINDS = {
  vacuum: vacuumKind,
  analyze: analyzeKind,
  reindex: reindexKind,
  refresh: refreshKind,
  sql: sqlKind,
  backfill: backfillKind,
  purge: purgeKind,
} as const satisfies Record<StepKindName, unknown>;

/**
 * The kind behind a name. Its spec type is erased: a spec is only ever handed to the kind whose name
 * stands beside it.
 * @throws RunbookError `not_supported_yet` for a name in a ledger that this version does not know.
 */
export function stepKind(name: string): StepKind<unknown> {
  const kind: unknown = Object.hasOwn(KINDS, name) ? KINDS[name as StepKindName] : undefined;
  if (kind !== undefined) return kind as StepKind<unknown>;
  throw new RunbookError('not_supported_yet', `steps of kind ${name} are not supported yet`, {
    hint: 'A newer pg-runbook wrote this.',
  });
}
