import { RunbookError } from '../../errors.js';
import { MAINTAIN_SINCE, need, type Needs, type RelationNeed } from '../../model/privilege.js';
import type { Runbook, Settings, Step } from '../../model/runbook.js';
import { functionsUsed, viewsUsed } from '../../postgres/background/detect.js';
import { asRunbookError } from '../../postgres/errors.js';
import {
  readMemberships,
  readParameters,
  readRoleStanding,
  readStandings,
  readUsage,
  type RoleStanding,
} from '../../postgres/privileges.js';
import type { ServerInfo } from '../../postgres/server.js';
import type { Session } from '../../postgres/session.js';
import { quoteQualified } from '../../sql/quote.js';
import type { Discovery } from '../../steps/contract.js';
import { stepKind } from '../../steps/registry.js';
import { checkSettings } from '../check-settings.js';
import { declareStep } from '../declare.js';
import { lookAtStep } from '../look-at-step.js';
import { mergeNeeds } from './merge.js';
import type { Draft, Grant, Grants, RelationRight } from './model.js';
import {
  grantConnect,
  grantFunction,
  grantParameter,
  grantRole,
  grantSchema,
  ownLedger,
} from './statements.js';

interface Context {
  readonly session: Session;
  readonly server: ServerInfo;
  readonly role: string;
}

/**
 * Works out what a role needs for a runbook on this database, and what of it the role has. Relations are
 * found as for a plan, but without the filters that choose others another day.
 * @throws RunbookError `usage` when there is no such role.
 */
export async function readGrants(
  session: Session,
  runbook: Runbook,
  server: ServerInfo,
  role: string,
): Promise<Grants> {
  const context = { session, server, role };
  const functions = functionsUsed(server.extension?.version ?? '');
  const standing = await readRoleStanding(session, role, functions);
  if (standing === undefined) throw noSuchRole(role);
  const looked: Looked[] = [];
  for (const step of runbook.steps) looked.push(await stepDraft(context, step));
  const drafts = [
    await serverDraft(context, standing),
    ledgerDraft(role, standing),
    ...looked.map(({ draft }) => draft),
  ];
  const { versionNumber: serverVersion } = server;
  return {
    role,
    sections: mergeNeeds(drafts, { role, serverVersion }),
    optional: grantRole('pg_read_all_stats', role, serverVersion, standing.sees_all_sessions),
    problems: looked.flatMap(({ problem }) => problem ?? []),
  };
}

function noSuchRole(role: string): RunbookError {
  return new RunbookError('usage', `there is no role ${role} on this server`, {
    hint: 'Make it first (CREATE ROLE … LOGIN), or correct --role; case counts.',
  });
}

async function serverDraft(context: Context, standing: RoleStanding): Promise<Draft> {
  const { server, role } = context;
  const { extension, database, versionNumber } = server;
  const connect = grantConnect(database, role, standing.connects);
  if (extension === undefined) {
    const remarks = ['pg_background is not installed in this database: CREATE EXTENSION first.'];
    return { title: 'To connect', grants: [connect], relations: [], remarks };
  }
  const { extension_functions: functions, extension_roles: roles } = standing;
  const schema = grantSchema(extension.schema, role, standing.uses_extension_schema);
  const title = `To connect, and to launch workers by pg_background ${extension.version}`;
  const [group] = roles;
  if (group !== undefined) {
    const all = functions.every(({ has }) => has);
    const member = grantRole(group, role, versionNumber, all);
    return { title, grants: [connect, schema, member], relations: [], remarks: [] };
  }
  const execute = functions.map(({ signature, has }) => grantFunction(signature, role, has));
  const views = viewsUsed(extension.version).map((name) =>
    need(quoteQualified(extension.schema, name), 'SELECT'),
  );
  const relations = await withStandings(context, views);
  return { title, grants: [connect, schema, ...execute], relations, remarks: [] };
}

/** Those of the needs whose relation is there. */
async function withStandings(
  { session, role }: Context,
  wanted: readonly RelationNeed[],
  searchPath?: string,
): Promise<RelationRight[]> {
  const standings = await readStandings(session, role, wanted, searchPath);
  return wanted.flatMap((one, i) => {
    const standing = standings[i];
    return standing === undefined || standing.schema === null ? [] : [{ need: one, standing }];
  });
}

/** Its triggers and functions would run with the role's rights: it must be the role's own. */
function ledgerDraft(role: string, standing: RoleStanding): Draft {
  return {
    title: 'The ledger: schema runbook and all in it belong to the role, alone',
    grants: [ownLedger(role, standing)],
    relations: [],
    remarks: [],
  };
}

interface Looked {
  readonly draft: Draft;
  readonly problem: RunbookError | undefined;
}

async function stepDraft(context: Context, step: Step): Promise<Looked> {
  const { server } = context;
  const { wanted, problem } = await stepNeeds(context, step);
  const maintain = (one: RelationNeed): RelationNeed =>
    one.privilege === 'MAINTAIN' && server.versionNumber < MAINTAIN_SINCE
      ? { ...one, privilege: 'OWNER' }
      : one;
  const relations = wanted.relations.map(maintain);
  const there = await withStandings(context, relations, step.settings['search_path']);
  const found = new Set(there.map(({ need: { relation } }) => relation));
  const absent = new Set(
    relations.flatMap(({ relation }) => (found.has(relation) ? [] : relation)),
  );
  return {
    problem,
    draft: {
      title: `Step ${step.id} (${step.kind})`,
      grants: await otherGrants(context, wanted, step.settings),
      relations: there,
      remarks: [...wanted.remarks, ...[...absent].map((name) => `Not there now: ${name}.`)],
    },
  };
}

async function otherGrants(
  { session, server, role }: Context,
  { roles, schemas }: Needs,
  settings: Settings,
): Promise<Grant[]> {
  const parameters = await readParameters(session, role, Object.keys(settings), server);
  const members = await readMemberships(session, role, roles);
  const usage = await readUsage(session, role, schemas);
  return [
    ...roles.map((name, i) => grantRole(name, role, server.versionNumber, members[i] === true)),
    ...parameters.map(({ name, has }) => grantParameter(name, role, has)),
    ...schemas.map((name, i) => grantSchema(name, role, usage[i] === true)),
  ];
}

/** What a role without rights cannot look at tells its needs by the runbook's text alone. */
async function stepNeeds(
  { session, server }: Context,
  step: Step,
): Promise<{ wanted: Needs; problem: RunbookError | undefined }> {
  const kind = stepKind(step.kind);
  const spec = kind.unfiltered(step.spec);
  const declared = declareStep(step);
  const order = { ...declared, carriedOver: new Map<number, number>(), showServerErrors: false };
  // What a trial says of a refused setting does not name it.
  const setting = await problemOf(session, step.id, () =>
    checkSettings(session, step.id, declared.settings, server),
  );
  let found: Pick<Discovery, 'targets' | 'leftOut'> = { targets: [] };
  const look = await problemOf(session, step.id, async () => {
    found = await kind.discover(session, spec, server, order);
  });
  return { wanted: await kind.needs(spec, found), problem: setting ?? look };
}

/** What a look at a step is refused with. */
async function problemOf(
  session: Session,
  step: string,
  look: () => Promise<void>,
): Promise<RunbookError | undefined> {
  try {
    await lookAtStep(session, step, look);
    return undefined;
  } catch (error) {
    const refused = asRunbookError(error);
    if (!(refused instanceof RunbookError) || session.lost) throw error;
    return refused;
  }
}
