import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { inspectLedger, refusalOf } from '../../ledger/migrate.js';
import { mayMakeLedger } from '../../ledger/trust.js';
import { missed, readExpectations } from '../../ledger/past-runs.js';
import { readResidue } from '../../ledger/residue.js';
import {
  chooseDialect,
  describeMove,
  isOlder,
  readAvailableVersion,
} from '../../postgres/background/detect.js';
import { asSqlError } from '../../postgres/errors.js';
import { readCapacity } from '../../postgres/capacity.js';
import { readOtherLaunchers } from '../../postgres/launchers.js';
import { grantSessions, requireUsableServer } from '../../postgres/server.js';
import { oneLine } from '../../model/printable.js';
import { count } from '../../model/phrases.js';
import { quoteIdentifier, showIdentifiers } from '../../sql/quote.js';
import type { Runbook } from '../../model/runbook.js';
import { readGrants } from '../../plan/grants/read.js';
import { describeMissed } from './history.js';
import { withServer, type Connected } from '../connect.js';
import { loadForServer } from '../load.js';
import type { CommandContext } from '../command-line.js';
import { toJson } from '../../report/json.js';
import { checkAges } from './doctor-ages.js';
import type { Check } from './doctor-check.js';

interface Options {
  readonly parameter?: string[] | undefined;
  readonly dsn?: string | undefined;
  readonly json?: true | undefined;
}

/** Looks at everything that a run needs. Each line is ok, or says how to mend it. */
export async function doctor(
  context: CommandContext,
  file: string | undefined,
  options: Options,
): Promise<ExitCode> {
  if (file === undefined && options.parameter !== undefined) {
    throw new RunbookError('usage', '-p goes with a runbook: name its file');
  }
  const loaded =
    file === undefined ? undefined : await loadForServer(context.output, file, options.parameter);
  const checks = await withServer(context, options.dsn, 'doctor', async (connected) => [
    ...(await examine(connected)),
    ...(loaded === undefined ? [] : await checkGrants(connected, loaded.runbook)),
  ]);
  const text = checks.map(describe).join('');
  const document = toJson({ checks });
  context.output.write(options.json === true ? document : text);
  return checks.every(({ state }) => state !== 'fix') ? EXIT.ok : EXIT.refused;
}

function describe({ name, state, detail, fix }: Check): string {
  const line = `${state.padEnd(4)}  ${name.padEnd(10)} ${oneLine(detail)}\n`;
  return fix === undefined
    ? line
    : `${line}      ${' '.repeat(10)} → ${oneLine(showIdentifiers(fix))}\n`;
}

async function examine(connected: Connected): Promise<Check[]> {
  const { server } = connected;
  const checks = [
    await check('server', () => {
      requireUsableServer(server);
      return `PostgreSQL ${server.version}, database ${server.database}`;
    }),
    await check('extension', () => {
      const dialect = chooseDialect(server);
      const { version = '', schema = '', stranger = null } = server.extension ?? {};
      const detail = `pg_background ${version} in schema ${schema}, dialect ${dialect.name}`;
      if (stranger === null) return detail;
      const risk = `${detail}; the schema's owner ${stranger} could replace it and act as ${server.role}`;
      return { state: 'warn', detail: risk, fix: describeMove() };
    }),
    ...(await checkVersion(connected)),
    describeRole(connected),
    ...(await checkLaunchers(connected)),
    await checkSlots(connected),
    ...(await checkAges(connected.session)),
    await checkLedger(connected),
  ];
  const usable = checks.every(({ name, state }) => name !== 'ledger' || state === 'ok');
  if (!usable) return checks;
  // A standby does not show whether somebody is building an invalid index at this moment.
  const residue = server.inRecovery ? [] : await orWarn('residue', checkResidue(connected));
  return [...checks, ...residue, ...(await orWarn('missed', checkMissed(connected)))];
}

/** Below it a cancelled worker could be killed, and the server restart; its SQL is 2.0 with all patches. */
const SAFE_VERSION = '2.0.2';

/** Versions with defects that a run may meet, and files that are newer than the SQL in the database. */
async function checkVersion({ session, server }: Connected): Promise<Check[]> {
  const installed = server.extension?.version;
  if (installed === undefined) return [];
  const available = await readAvailableVersion(session);
  const checks: Check[] = [];
  if (
    isOlder(installed, '2.0') ||
    (installed.split('.').length > 2 && isOlder(installed, SAFE_VERSION))
  ) {
    checks.push({
      name: 'extension',
      state: 'warn',
      detail: `pg_background ${installed}: before ${SAFE_VERSION} a cancel could crash or restart the server`,
      fix: `Install ${SAFE_VERSION} or newer on the server, then: ALTER EXTENSION pg_background UPDATE;`,
    });
  }
  if (available !== undefined && isOlder(installed, available)) {
    checks.push({
      name: 'extension',
      // The functions of another major version are not in the library: the first launch fails.
      state: installed.split('.')[0] === available.split('.')[0] ? 'warn' : 'fix',
      detail: `the library on the server is pg_background ${available}, its SQL in this database ${installed}`,
      fix: 'ALTER EXTENSION pg_background UPDATE;',
    });
  }
  return checks;
}

/** Roles that could act as the one that maintains their tables: pg_background lets them, and we cannot mend it. */
async function checkLaunchers({ session, server }: Connected): Promise<Check[]> {
  const launchers = await readOtherLaunchers(session);
  return launchers.map(({ role, tables, schemas }) => {
    const owns = tables > 0 ? `owns ${count(tables, 'table')}` : '';
    const creates = schemas.length > 0 ? `may create tables in ${schemas.join(', ')}` : '';
    const has = [owns, creates].filter((text) => text !== '').join(' and ');
    return {
      name: 'launchers',
      state: 'warn',
      detail: `${role} may launch workers, and ${has}: maintenance of these can be made to act as ${server.role}`,
      fix: `REVOKE pgbackground_role FROM ${quoteIdentifier(role)}; see docs/privileges.md`,
    };
  });
}

/** A ledger that the next run makes or upgrades is nothing to mend. */
async function checkLedger({ session, server }: Connected): Promise<Check> {
  return check('ledger', async () => {
    const state = await inspectLedger(session);
    if ((state.is === 'none' || state.is === 'older') && (await mayMakeLedger(session))) {
      const detail =
        state.is === 'none'
          ? 'there is none: a run makes it'
          : `${state.detail}: a run upgrades it`;
      return { state: 'warn', detail, fix: 'Or do it now: pg-runbook init' };
    }
    const refusal = refusalOf(state);
    if (refusal !== undefined) throw refusal;
    const detail = `schema runbook, of role ${server.role}`;
    return state.functionsDiffer
      ? {
          state: 'warn',
          detail: `${detail}: its functions differ from those of this pg-runbook, and can be used`,
          fix: 'Replace them when nothing runs: pg-runbook init',
        }
      : detail;
  });
}

/** Runs that should have succeeded by now: cron may be dead, and nobody else would tell. */
async function checkMissed({ session }: Connected): Promise<Check[]> {
  return missed(await readExpectations(session)).map((one) => ({
    name: 'missed',
    state: 'warn',
    detail: describeMissed(one),
    fix: `pg-runbook history ${one.runbook}`,
  }));
}

/** What lies about in the database; a run clears away what the ledger proves to be ours. */
async function checkResidue({ session }: Connected): Promise<Check[]> {
  const residue = await readResidue(session);
  if (residue.length === 0) return [{ name: 'residue', state: 'ok', detail: 'nothing left over' }];
  return residue.map(({ name, origin, advice }) => ({
    name: 'residue',
    state: 'warn',
    detail: `${name}: ${origin}`,
    fix: advice,
  }));
}

/** A role that may not read the ledger hears so, and of all else nonetheless. */
async function orWarn(name: string, look: Promise<Check[]>): Promise<Check[]> {
  try {
    return await look;
  } catch (error) {
    const sql = asSqlError(error);
    if (sql === undefined) throw error;
    return [{ name, state: 'warn', detail: `could not be looked for: ${sql.message}` }];
  }
}

type Seen = string | Omit<Check, 'name'>;

async function check(name: string, look: () => Seen | Promise<Seen>): Promise<Check> {
  try {
    const seen = await look();
    return typeof seen === 'string' ? { name, state: 'ok', detail: seen } : { name, ...seen };
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    const fix = error.hint === undefined ? {} : { fix: error.hint };
    return { name, state: 'fix', detail: error.message, ...fix };
  }
}

/** A run works without that right; it cannot count other roles' workers nor name who blocks it. */
function describeRole({ server }: Connected): Check {
  const { role, seesAllSessions } = server;
  if (seesAllSessions) return { name: 'role', state: 'ok', detail: `${role}, sees all sessions` };
  return {
    name: 'role',
    state: 'warn',
    detail: `${role} cannot see other users' sessions`,
    fix: `${grantSessions(role)};`,
  };
}

/** What the runbook needs and the role lacks, a line each; and what could not be looked at for it. */
async function checkGrants({ session, server }: Connected, runbook: Runbook): Promise<Check[]> {
  const { role, sections, problems } = await readGrants(session, runbook, server, server.role);
  const missing = sections.flatMap(({ title, grants }) =>
    grants
      .filter(({ has }) => !has)
      .map(({ what, sql }): Check => {
        const detail = `${role} lacks ${what}: ${title}`;
        return { name: 'grants', state: 'fix', detail, fix: sql };
      }),
  );
  const refused = problems.map(({ message, hint }): Check => ({
    name: 'grants',
    state: 'fix',
    detail: message,
    ...(hint === undefined ? {} : { fix: hint }),
  }));
  if (missing.length + refused.length > 0) return [...missing, ...refused];
  const all = sections.reduce((sum, { grants }) => sum + grants.length, 0);
  const detail = `${role} has all ${String(all)} that ${runbook.name} needs`;
  return [{ name: 'grants', state: 'ok', detail }];
}

async function checkSlots({ session }: Connected): Promise<Check> {
  const { maxWorkerProcesses, used, ours } = await readCapacity(session);
  const free = maxWorkerProcesses - used;
  const detail = `${String(free)} of ${String(maxWorkerProcesses)} worker slots free, ${String(ours)} used by pg-runbook`;
  return free > 1
    ? { name: 'slots', state: 'ok', detail }
    : {
        name: 'slots',
        state: 'fix',
        detail,
        fix: 'Raise max_worker_processes and restart the server.',
      };
}
