import type { LeftOut } from '../generated/plan.v1.js';
import type { RelationGlob } from '../model/relation-glob.js';
import { isExact, toRegExpSource } from '../model/relation-glob.js';
import type { Queryable } from '../postgres/session.js';

/** Values of {@link globCondition}: five arrays, from `$1` on. */
export type GlobValues = [string[], string[], string[], string[], string[]];

/** The name of `c` in `n`. */
const OWN_NAME = 'SELECT n.nspname::text, c.relname::text';

/** The names under which a table is meant: a partition is a part of each table above it, too. */
const NAMES_UP_THE_TREE = `${OWN_NAME}
  UNION ALL SELECT an.nspname::text, ac.relname::text
    FROM pg_catalog.pg_partition_ancestors(c.oid) up(relid)
    JOIN pg_catalog.pg_class ac ON ac.oid = up.relid
    JOIN pg_catalog.pg_namespace an ON an.oid = ac.relnamespace
   WHERE c.relispartition`;

/**
 * The condition that one of the names matches one of the included globs and none matches an
 * excluded one. System schemas only count when an included glob names them without a wildcard;
 * temporary relations never do, since only their own session can work on them.
 */
function globCondition(names: string): string {
  return `
  EXISTS (SELECT FROM (${names}) x(s, r), unnest($1::text[], $2::text[]) g(s, r)
           WHERE x.s ~ g.s AND x.r ~ g.r)
  AND NOT EXISTS (SELECT FROM (${names}) x(s, r), unnest($3::text[], $4::text[]) g(s, r)
                   WHERE x.s ~ g.s AND x.r ~ g.r)
  AND (n.nspname::text = ANY ($5::text[])
       OR (n.nspname <> 'information_schema' AND NOT starts_with(n.nspname::text, 'pg_')))
  AND c.relpersistence <> 't'`;
}

/** For relations that stand for themselves. */
export const GLOB_CONDITION = globCondition(OWN_NAME);

/** For tables, which may be partitions of a named one. */
export const TABLE_GLOB_CONDITION = globCondition(NAMES_UP_THE_TREE);

export function globValues(
  include: readonly RelationGlob[],
  exclude: readonly RelationGlob[],
): GlobValues {
  return [
    include.map((glob) => toRegExpSource(glob.schema)),
    include.map((glob) => toRegExpSource(glob.name)),
    exclude.map((glob) => toRegExpSource(glob.schema)),
    exclude.map((glob) => toRegExpSource(glob.name)),
    include.filter((glob) => isExact(glob.schema)).map((glob) => glob.schema.text),
  ];
}

/**
 * The relations that are included by their full name and do not exist: most often a misspelt name,
 * which must not pass as a step with nothing to do.
 * @param relkinds the kinds of relations that the step works on.
 */
export async function findMissing(
  db: Queryable,
  include: readonly RelationGlob[],
  relkinds: readonly string[],
  what: string,
): Promise<LeftOut[]> {
  const exact = include.filter(({ schema, name }) => isExact(schema) && isExact(name));
  if (exact.length === 0) return [];
  const rows = await db.query<{ name: string }>(
    `SELECT format('%I.%I', w.schema, w.relation) AS name
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY w(schema, relation, place)
      WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = w.schema AND c.relname = w.relation AND c.relkind = ANY ($3::"char"[]))
      ORDER BY w.place`,
    [exact.map((glob) => glob.schema.text), exact.map((glob) => glob.name.text), relkinds],
  );
  return rows.map(({ name }) => ({ name, reason: `there is no such ${what}` }));
}
