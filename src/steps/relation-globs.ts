import type { RelationGlob } from '../model/relation-glob.js';
import { formatRelationGlob, isExact, toRegExpSource } from '../model/relation-glob.js';
import type { Queryable } from '../postgres/session.js';

/** Values of {@link GLOB_CONDITION}: five arrays, from `$1` on. */
export type GlobValues = [string[], string[], string[], string[], string[]];

/** The names under which `c` in `n` is meant: a partition, of a table or an index, is a part of each above it, too. */
const NAMES = `SELECT n.nspname::text, c.relname::text
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
export const GLOB_CONDITION = `
  EXISTS (SELECT FROM (${NAMES}) x(s, r), unnest($1::text[], $2::text[]) g(s, r)
           WHERE x.s ~ g.s AND x.r ~ g.r)
  AND NOT EXISTS (SELECT FROM (${NAMES}) x(s, r), unnest($3::text[], $4::text[]) g(s, r)
                   WHERE x.s ~ g.s AND x.r ~ g.r)
  AND (n.nspname::text = ANY ($5::text[])
       OR (n.nspname <> 'information_schema' AND NOT starts_with(n.nspname::text, 'pg_')))
  AND c.relpersistence <> 't'`;

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
 * The included patterns that no relation matches: most often a misspelt name, which must not pass as a
 * step with nothing to do.
 * @param relkinds the kinds of relations that the step works on.
 */
export async function findMissing(
  db: Queryable,
  include: readonly RelationGlob[],
  relkinds: readonly string[],
): Promise<string[]> {
  const [schemas, names] = globValues(include, []);
  const rows = await db.query<{ place: number }>(
    `SELECT w.place::int AS place
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY w(s, r, place)
      WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname::text ~ w.s AND c.relname::text ~ w.r AND c.relkind = ANY ($3::"char"[]))
      ORDER BY w.place`,
    [schemas, names, relkinds],
  );
  return rows.flatMap(({ place }) => include[place - 1] ?? []).map(formatRelationGlob);
}
