/** What PostgreSQL asks a role for. OWNER: what only the owner may do, and members of the owning role. */
export type RelationPrivilege =
  | 'SELECT'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'TRUNCATE'
  | 'REFERENCES'
  | 'TRIGGER'
  | 'MAINTAIN'
  | 'OWNER';

/** Before PostgreSQL 17 there is no privilege MAINTAIN: only the owner maintains. */
export const MAINTAIN_SINCE = 170_000;

/** A privilege on a relation; USAGE on its schema goes with it. */
export interface RelationNeed {
  /** Its name as SQL has it; an index stands for its table. */
  readonly relation: string;
  readonly privilege: RelationPrivilege;
  /** Those that suffice; none: the whole relation. */
  readonly columns: readonly string[];
  /** The owner of the database may, too. */
  readonly databaseOwnerMay: boolean;
}

/** What a role needs for a step. */
export interface Needs {
  readonly relations: readonly RelationNeed[];
  /** Schemas that are named beside those of the relations. */
  readonly schemas: readonly string[];
  /** Roles to be a member of. */
  readonly roles: readonly string[];
  /** What cannot be told. */
  readonly remarks: readonly string[];
}

export function need(
  relation: string,
  privilege: RelationPrivilege,
  columns: readonly string[] = [],
): RelationNeed {
  return { relation, privilege, columns, databaseOwnerMay: false };
}

export function needs(relations: readonly RelationNeed[], more: Partial<Needs> = {}): Needs {
  return { relations, schemas: [], roles: [], remarks: [], ...more };
}
