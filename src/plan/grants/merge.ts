import type { Draft, Grant, RelationRight, Section } from './model.js';
import {
  grantRole,
  grantSchema,
  grantTable,
  replaceOwner,
  type PrivilegeOn,
} from './statements.js';

interface Right extends PrivilegeOn {
  readonly schema: string;
  readonly relation: string;
  readonly has: boolean;
}

interface Context {
  readonly role: string;
  readonly serverVersion: number;
}

/**
 * Makes one statement of what several needs ask for, in the section that comes first. A privilege on the
 * whole relation covers its columns, and being a member of an owner all that is theirs. Pure.
 */
export function mergeNeeds(drafts: readonly Draft[], context: Context): Section[] {
  const all = drafts.flatMap(({ relations }) => relations);
  const joined = new Set(all.filter(joinsOwner).map(({ standing }) => standing.owner));
  const rights = mergeRights(all.filter((right) => !covered(right, joined)));
  const told = new Set<string>();
  return drafts.map(({ title, grants, relations, remarks }) => {
    const made = [
      ...grants,
      ...relations.flatMap((right) => ownerGrants(right, context)),
      ...relations.flatMap((right) => schemaGrants(right, joined, context)),
      ...tableGrants(relations, rights, context),
    ];
    const owners = new Set(relations.map(({ standing }) => standing.owner));
    const by = [...owners].filter((owner) => joined.has(owner));
    return {
      title,
      grants: made.filter((grant) => isNew(grant, told)),
      remarks: [
        ...remarks,
        ...by.map((owner) => `Membership in ${owner} gives all on what is theirs.`),
      ],
    };
  });
}

function isNew({ sql }: Grant, told: Set<string>): boolean {
  if (told.has(sql)) return false;
  told.add(sql);
  return true;
}

const isOwner = ({ need }: RelationRight): boolean => need.privilege === 'OWNER';

function joinsOwner(right: RelationRight): boolean {
  return isOwner(right) && !right.standing.has && !right.standing.owner_is_superuser;
}

function covered(right: RelationRight, joined: ReadonlySet<string>): boolean {
  return isOwner(right) || joined.has(right.standing.owner);
}

function ownerGrants(right: RelationRight, { role, serverVersion }: Context): Grant[] {
  const { schema, relation, owner, has, owner_is_superuser: superuser } = right.standing;
  if (!isOwner(right) || has || schema === null || relation === null) return [];
  return superuser
    ? [replaceOwner(schema, relation, owner)]
    : [grantRole(owner, role, serverVersion, false)];
}

function schemaGrants(
  { standing }: RelationRight,
  joined: ReadonlySet<string>,
  { role }: Context,
): Grant[] {
  const { schema, system, has_schema: has, schema_owner: owner } = standing;
  if (schema === null || system || joined.has(owner)) return [];
  return [grantSchema(schema, role, has)];
}

const keyOf = ({ need, standing }: RelationRight): string =>
  JSON.stringify([standing.schema, standing.relation, need.privilege]);

function mergeRights(all: readonly RelationRight[]): Map<string, Right> {
  const merged = new Map<string, Right>();
  for (const right of all) {
    const { need, standing } = right;
    const { schema, relation, has } = standing;
    if (schema === null || relation === null) continue;
    const columns = standing.other_columns ? [] : need.columns;
    const one = { schema, relation, privilege: need.privilege, columns, has };
    const known = merged.get(keyOf(right));
    merged.set(keyOf(right), known === undefined ? one : both(known, one));
  }
  return merged;
}

function both(a: Right, b: Right): Right {
  const whole = [a, b].filter(({ columns }) => columns.length === 0);
  return whole.length > 0
    ? { ...a, columns: [], has: whole.every(({ has }) => has) }
    : { ...a, columns: [...new Set([...a.columns, ...b.columns])], has: a.has && b.has };
}

/** One statement for all that is missing of a relation, and one for what is there. */
function tableGrants(
  relations: readonly RelationRight[],
  rights: Map<string, Right>,
  { role }: Context,
): Grant[] {
  const groups = new Map<string, Right[]>();
  for (const right of relations) {
    const merged = rights.get(keyOf(right));
    // What everybody may of the catalogs is worth no line.
    if (merged === undefined || (right.standing.system && merged.has)) continue;
    rights.delete(keyOf(right));
    const key = JSON.stringify([merged.schema, merged.relation, merged.has]);
    groups.set(key, [...(groups.get(key) ?? []), merged]);
  }
  return [...groups.values()].flatMap((group) =>
    group[0] === undefined
      ? []
      : [grantTable(group[0].schema, group[0].relation, group, role, group[0].has)],
  );
}
