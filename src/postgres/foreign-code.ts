import { namesUsed, RUNS_NAMED_IN_STRINGS } from '../sql/names-used.js';
import { FOREIGN } from './foreign-code-sql.js';
import type { Queryable, Row } from './session.js';

/** Code that a role with fewer rights than ours could change at will. */
export interface ForeignCode extends Row {
  /** As pg_identify_object has it: `function app.f(integer)`, `trigger t on app.orders`. */
  readonly name: string;
  readonly owner: string;
}

/** The hint for code of others that a role of great rights would execute. */
export const SMALLER_ROLE =
  'Plan and run as the owner, or as a role that may do just this: `pg-runbook grants FILE --role NAME`.';

/** What is looked at: `planned` is what a planner may execute, `run` what the statement itself does, too. */
export type Moment = 'planned' | 'run';

/**
 * Roles that a stranger's code could do great harm with: their rights, or those of a role that it could
 * set, reach further than what was granted to them on the objects at hand. Code that runs with another
 * role set may set the session's again.
 */
export const IS_MIGHTY = `EXISTS (
  SELECT FROM pg_catalog.pg_roles r
   WHERE (r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication
          OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files',
                           'pg_write_server_files', 'pg_execute_server_program'))
     AND pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER'))`;

/** Of the roles of sessions: asked once for each. */
const MIGHTY = new WeakMap<Queryable, boolean>();

async function isMighty(db: Queryable): Promise<boolean> {
  const known = MIGHTY.get(db);
  if (known !== undefined) return known;
  const [role] = await db.query<{ mighty: boolean }>(`SELECT ${IS_MIGHTY} AS mighty`);
  const mighty = role?.mighty === true;
  noteMight(db, mighty);
  return mighty;
}

/** Notes whether the role of a session has rights that others would want, where that is known already. */
export function noteMight(db: Queryable, mighty: boolean): void {
  MIGHTY.set(db, mighty);
}

/**
 * The code of roles without our rights that the server would come to by these statements; none for a
 * role whose rights are small. The session's search_path must be a safe one.
 * @returns undefined when a text is not understood.
 */
export async function readForeignCode(
  db: Queryable,
  statements: readonly string[],
  moment: Moment,
): Promise<readonly ForeignCode[] | undefined> {
  if (statements.length === 0) return [];
  if (!(await isMighty(db))) return [];
  const names = await namesUsed(statements);
  if (names === undefined) return undefined;
  const parameters = [JSON.stringify(names), moment, RUNS_NAMED_IN_STRINGS.source];
  return db.query<ForeignCode>(FOREIGN, parameters, 'often');
}
