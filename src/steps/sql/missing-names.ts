import type { Queryable, Row } from '../../postgres/session.js';
import type { Told } from '../../postgres/trial-refusal.js';
import type { RequiredName } from '../../sql/required.js';

interface MissingRow extends Row {
  relation: string;
  column: string | null;
}

/** The first relation or column that is not there, as the server would refuse it. */
export interface MissingName extends Told {
  /** Its name without a schema. */
  readonly name: string;
}

/** Looks relations and columns up as a worker's search_path finds them. */
export async function findMissingName(
  db: Queryable,
  required: readonly RequiredName[],
): Promise<MissingName | undefined> {
  if (required.length === 0) return undefined;
  const [missing] = await db.query<MissingRow>(
    `SELECT r.relation, CASE WHEN f.oid IS NOT NULL THEN r."column" END AS "column"
       FROM ROWS FROM (jsonb_to_recordset($1) AS (relation text, "column" text)) WITH ORDINALITY r,
            LATERAL (SELECT pg_catalog.to_regclass(r.relation)) f(oid)
      WHERE f.oid IS NULL OR r."column" IS NOT NULL AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = f.oid AND a.attname = r."column" AND NOT a.attisdropped)
      ORDER BY r.ordinality LIMIT 1`,
    [JSON.stringify(required)],
  );
  if (missing === undefined) return undefined;
  const { relation, column } = missing;
  const shown = relation.includes('"') ? relation : `"${relation}"`;
  if (column === null) {
    const name = relation.slice(relation.lastIndexOf('.') + 1);
    return {
      sqlstate: '42P01',
      message: `relation ${shown} does not exist`,
      hint: undefined,
      name,
    };
  }
  const message = `column "${column}" of relation ${shown} does not exist`;
  return { sqlstate: '42703', message, hint: undefined, name: column };
}
