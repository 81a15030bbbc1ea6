import { quoteIdentifier, quoteQualified, showIdentifiers } from '../../sql/quote.js';
import type { Grant } from './model.js';

/** A privilege, with the columns that it is for, if not for all. */
export interface PrivilegeOn {
  readonly privilege: string;
  readonly columns: readonly string[];
}

/** The script is read before it is run: no name in it may look like another one. */
const grant = (what: string, sql: string, has: boolean): Grant => ({
  what,
  sql: showIdentifiers(sql),
  byHand: false,
  has,
});

/** GRANT of anything but membership. */
function grantOn(what: string, on: string, role: string, has: boolean): Grant {
  return grant(what, `GRANT ${on} TO ${quoteIdentifier(role)};`, has);
}

export function grantConnect(database: string, role: string, has: boolean): Grant {
  const on = `CONNECT ON DATABASE ${quoteIdentifier(database)}`;
  return grantOn(`CONNECT on database ${database}`, on, role, has);
}

export function grantSchema(schema: string, role: string, has: boolean): Grant {
  const on = `USAGE ON SCHEMA ${quoteIdentifier(schema)}`;
  return grantOn(`USAGE on schema ${schema}`, on, role, has);
}

/** @param signature quoted, with its arguments. */
export function grantFunction(signature: string, role: string, has: boolean): Grant {
  return grantOn(`EXECUTE on ${signature}`, `EXECUTE ON FUNCTION ${signature}`, role, has);
}

interface LedgerStanding {
  readonly ledger_owner: string | null;
  readonly owns_ledger: boolean;
  readonly creates_schemas: boolean;
}

/** A schema for the role's ledger; a role that may create schemas makes it itself. */
export function ownLedger(role: string, standing: LedgerStanding): Grant {
  const { ledger_owner: owner, owns_ledger: owns, creates_schemas: creates } = standing;
  const what = 'a schema runbook of its own';
  if (owner !== null && !owns) {
    const sql = `schema runbook belongs to ${owner}: run as ${owner}, or look at it and drop or rename it`;
    return { what, sql, byHand: true, has: false };
  }
  return grant(
    what,
    `CREATE SCHEMA "runbook" AUTHORIZATION ${quoteIdentifier(role)};`,
    owns || creates,
  );
}

export function grantParameter(name: string, role: string, has: boolean): Grant {
  return grantOn(`SET on parameter ${name}`, `SET ON PARAMETER ${quoteParameter(name)}`, role, has);
}

/** Of a setting's name each part is an identifier. */
function quoteParameter(name: string): string {
  return name.split('.').map(quoteIdentifier).join('.');
}

/** From this version on a membership says itself what it gives. */
const MEMBERSHIP_OPTIONS_SINCE = 160_000;

/**
 * Membership with the other role's rights, whatever the role's INHERIT says, and without SET ROLE where
 * that can be kept apart.
 */
export function grantRole(other: string, role: string, serverVersion: number, has: boolean): Grant {
  const options = serverVersion >= MEMBERSHIP_OPTIONS_SINCE ? ' WITH INHERIT TRUE, SET FALSE' : '';
  const sql = `GRANT ${quoteIdentifier(other)} TO ${quoteIdentifier(role)}${options};`;
  return grant(`membership in ${other}`, sql, has);
}

export function grantTable(
  schema: string,
  relation: string,
  privileges: readonly PrivilegeOn[],
  role: string,
  has: boolean,
): Grant {
  const list = privileges
    .map(({ privilege, columns }) =>
      columns.length === 0
        ? privilege
        : `${privilege} (${columns.map(quoteIdentifier).join(', ')})`,
    )
    .join(', ');
  return grantOn(
    `${list} on ${schema}.${relation}`,
    `${list} ON TABLE ${quoteQualified(schema, relation)}`,
    role,
    has,
  );
}

/** A member of a superuser would be one. */
export function replaceOwner(schema: string, relation: string, owner: string): Grant {
  const name = showIdentifiers(quoteQualified(schema, relation));
  return {
    what: `to own ${schema}.${relation}, which belongs to superuser ${owner}`,
    sql: `give ${name} to an owner who is no superuser, and look again`,
    byHand: true,
    has: false,
  };
}
