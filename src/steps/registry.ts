import { RunbookError } from '../errors.js';
import type { StepKindName } from '../model/runbook.js';
import { analyzeKind } from './analyze/index.js';
import type { StepKind } from './contract.js';
import { refreshKind } from './refresh/index.js';
import { reindexKind } from './reindex/index.js';
import { sqlKind } from './sql/index.js';
import { vacuumKind } from './vacuum/index.js';

/** Every kind of the format; null for one that validates and is not executed yet. */
const KINDS = {
  vacuum: vacuumKind,
  analyze: analyzeKind,
  reindex: reindexKind,
  refresh: refreshKind,
  sql: sqlKind,
  backfill: null,
  purge: null,
} as const satisfies Record<StepKindName, unknown>;

/**
 * The kind behind a name. Its spec type is erased: a spec is only ever handed to the kind whose name
 * stands beside it.
 * @throws RunbookError `not_supported_yet` for a kind that this version does not execute.
 */
export function stepKind(name: string): StepKind<unknown> {
  const kind: unknown = Object.hasOwn(KINDS, name) ? KINDS[name as StepKindName] : null;
  if (kind !== null) return kind as StepKind<unknown>;
  throw new RunbookError('not_supported_yet', `steps of kind ${name} are not supported yet`, {
    hint: 'This version validates them only.',
  });
}
