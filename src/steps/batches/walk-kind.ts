import type { BatchSpec, RelationName } from '../../model/runbook.js';
import type { ChangeSql } from './render.js';

/** What kinds that walk a table differ in. */
export interface WalkKind<Spec extends BatchSpec> {
  /** What it does to rows. */
  readonly event: 'update' | 'delete';
  readonly change: ChangeSql<Spec>;
  /** Columns that it sets, by name. */
  readonly columns: (spec: Spec) => readonly string[];
  /** Expressions over the table's rows, besides `where`. */
  readonly expressions: (spec: Spec) => readonly string[];
  readonly archive: (spec: Spec) => RelationName | undefined;
}
