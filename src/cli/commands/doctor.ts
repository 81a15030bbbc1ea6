import { EXIT, RunbookError, type ExitCode } from '../../errors.js';
import { readLedgerState } from '../../ledger/migrate.js';
import { chooseDialect } from '../../postgres/background/detect.js';
import { readCapacity } from '../../postgres/capacity.js';
import { requireUsableServer } from '../../postgres/server.js';
import { withServer, type Connected } from '../connect.js';
import type { CommandContext } from '../program.js';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

/** Looks at everything that a run needs. Each line is ok, or says how to mend it. */
export async function doctor(
  context: CommandContext,
  options: { readonly dsn?: string | undefined; readonly json?: true | undefined },
): Promise<ExitCode> {
  const checks = await withServer(context, options.dsn, 'doctor', examine);
  const text = checks.map(describe).join('');
  const document = `${JSON.stringify({ checks }, null, 2)}\n`;
  context.output.write(options.json === true ? document : text);
  return checks.every((check) => check.ok) ? EXIT.ok : EXIT.refused;
}

function describe({ name, ok, detail, fix }: Check): string {
  const line = `${ok ? 'ok ' : 'fix'}  ${name.padEnd(10)} ${detail}\n`;
  return fix === undefined ? line : `${line}     ${' '.repeat(10)} → ${fix}\n`;
}

async function examine(connected: Connected): Promise<Check[]> {
  const { server, session } = connected;
  return [
    await check('server', () => {
      requireUsableServer(server);
      return `PostgreSQL ${server.version}, database ${server.database}`;
    }),
    await check('extension', () => {
      const dialect = chooseDialect(server);
      const { version = '', schema = '' } = server.extension ?? {};
      return `pg_background ${version} in schema ${schema}, dialect ${dialect.name}`;
    }),
    await checkRole(connected),
    await checkSlots(connected),
    await check('ledger', async () => {
      const { applied, newest } = await readLedgerState(session);
      if (applied === newest) return `schema runbook, migration ${String(applied)}`;
      const newer = applied > newest;
      throw new RunbookError(
        newer ? 'ledger_newer' : 'ledger_missing',
        `migration ${String(applied)} of ${String(newest)}`,
        { hint: newer ? 'Use the newer pg-runbook that made it.' : 'Run: pg-runbook init' },
      );
    }),
  ];
}

async function check(name: string, look: () => string | Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    const fix = error.hint === undefined ? {} : { fix: error.hint };
    return { name, ok: false, detail: error.message, ...fix };
  }
}

/** Without the right to see all sessions, other users' workers cannot be counted nor blockers named. */
async function checkRole({ session, server }: Connected): Promise<Check> {
  const [row] = await session.query<{ sees_all: boolean }>(
    "SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all",
  );
  if (row?.sees_all === true) {
    return { name: 'role', ok: true, detail: `${server.role}, sees all sessions` };
  }
  return {
    name: 'role',
    ok: false,
    detail: `${server.role} cannot see other users' sessions`,
    fix: `GRANT pg_read_all_stats TO "${server.role}";`,
  };
}

async function checkSlots({ session }: Connected): Promise<Check> {
  const { maxWorkerProcesses, used, ours } = await readCapacity(session);
  const free = maxWorkerProcesses - used;
  const detail = `${String(free)} of ${String(maxWorkerProcesses)} worker slots free, ${String(ours)} used by pg-runbook`;
  return free > 1
    ? { name: 'slots', ok: true, detail }
    : {
        name: 'slots',
        ok: false,
        detail,
        fix: 'Raise max_worker_processes and restart the server.',
      };
}
