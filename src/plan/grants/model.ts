import type { RunbookError } from '../../errors.js';
import type { RelationNeed } from '../../model/privilege.js';
import type { RelationStanding } from '../../postgres/privileges.js';

/** Something that a role needs, and whether it has it. */
export interface Grant {
  /** In words, like `MAINTAIN on app.orders`. */
  readonly what: string;
  /** The statement that gives it; where none should, what to do instead. */
  readonly sql: string;
  readonly byHand: boolean;
  readonly has: boolean;
}

/** What is needed for one purpose, mostly a step. */
export interface Section {
  readonly title: string;
  readonly grants: readonly Grant[];
  readonly remarks: readonly string[];
}

/** What a role needs for a runbook on one database. */
export interface Grants {
  readonly role: string;
  readonly sections: readonly Section[];
  /** Without it runs work, and know less. */
  readonly optional: Grant;
  /** Steps that could not be looked at, and why. */
  readonly problems: readonly RunbookError[];
}

/** A need of a section with how the role stands to it. */
export interface RelationRight {
  readonly need: RelationNeed;
  readonly standing: RelationStanding;
}

/** The needs of a section, before those that several sections have become one. */
export interface Draft extends Section {
  readonly relations: readonly RelationRight[];
}
