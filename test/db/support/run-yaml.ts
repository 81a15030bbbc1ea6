import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  planRun,
  loadRunbookText,
  makeRunId,
  migrateLedger,
  readServerInfo,
  renderDiagnostic,
  resolveConnection,
  runPlan,
  Session,
  type ConnectionSettings,
  type EventListener,
  type RunnablePlan,
  type ReportV1,
  type Runbook,
} from '../../../src/index.js';
import type { LookListener } from '../../../src/engine/live.js';
import type { BackgroundDialect } from '../../../src/postgres/background/dialect.js';

/** Any database that libpq's environment leads to. */
export interface Reachable {
  readonly env: Readonly<Record<string, string>>;
}

export interface Account {
  readonly user: string;
  readonly password: string;
}

export interface RunYamlOptions {
  readonly connection?: Partial<ConnectionSettings>;
  readonly stop?: AbortSignal;
  readonly onEvent?: EventListener;
  readonly onLook?: LookListener;
  readonly dialect?: BackgroundDialect;
  /** The role that the engine logs in as; the ledger must be there when it may not make one. */
  readonly as?: Account;
  /** Called between the plan and the run. */
  readonly planned?: (plan: RunnablePlan) => Promise<unknown>;
}

/** How the engine reaches a test database. */
export function connectionTo(db: Reachable, as?: Account): ConnectionSettings {
  const account = as === undefined ? {} : { PGUSER: as.user, PGPASSWORD: as.password };
  return resolveConnection(undefined, { ...db.env, ...account });
}

/** A session for the time of `work`, as the command line opens one. */
export async function withSession<T>(
  connection: ConnectionSettings,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await Session.open(connection, 'pg-runbook:test', 60_000);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Loads a runbook that must be good. */
export async function loadYaml(yaml: string): Promise<Runbook> {
  const result = await loadRunbookText(yaml, 'test.yaml', { requireParameters: true });
  if (result.ok) return result.runbook;
  throw new Error(
    result.diagnostics.map((problem) => renderDiagnostic(problem, result.source)).join('\n'),
  );
}

/** The plan of a runbook on the live catalogs. */
export async function planYaml(db: Reachable, yaml: string, as?: Account): Promise<RunnablePlan> {
  const runbook = await loadYaml(yaml);
  return withSession(connectionTo(db, as), async (session) =>
    planRun(session, runbook, await readServerInfo(session), new Date()),
  );
}

/** A ledger is one role's: the role's own takes the place of the superuser's for the time of `work`. */
async function withLedgerOf<T>(
  db: Reachable,
  as: Account | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (as === undefined) return work();
  const swap = (away: string, here: string): Promise<void> =>
    withSession(connectionTo(db), async (session) => {
      const there = `pg_catalog.to_regnamespace('${here}') IS NOT NULL`;
      const [row] = await session.query<{ there: boolean }>(`SELECT ${there} AS there`);
      if (row?.there !== true) return;
      await session.script(
        `DO $$ BEGIN ALTER SCHEMA runbook RENAME TO ${away};
               EXCEPTION WHEN invalid_schema_name THEN NULL; END $$;
         ALTER SCHEMA ${here} RENAME TO runbook`,
      );
    });
  const mine = `runbook_of_${as.user}`;
  await swap('runbook_of_superuser', mine);
  try {
    return await work();
  } finally {
    await swap(mine, 'runbook_of_superuser');
  }
}

/** Loads, plans and runs a runbook through the library, the ledger made as the command line does. */
export async function runYaml(
  db: Reachable,
  yaml: string,
  options: RunYamlOptions = {},
): Promise<ReportV1> {
  return withLedgerOf(db, options.as, () => planAndRun(db, yaml, options));
}

async function planAndRun(db: Reachable, yaml: string, options: RunYamlOptions): Promise<ReportV1> {
  const plan = await planYaml(db, yaml, options.as);
  const connection = { ...connectionTo(db, options.as), ...options.connection };
  await withSession(connection, migrateLedger);
  await options.planned?.(plan);
  return runPlan({
    plan,
    runId: makeRunId(new Date(), randomBytes(6)),
    connection,
    allowChanged: true,
    origin: { host: hostname(), pid: process.pid },
    stop: options.stop ?? new AbortController().signal,
    onEvent: options.onEvent ?? (() => undefined),
    onReport: () => Promise.resolve(),
    ...(options.onLook === undefined ? {} : { onLook: options.onLook }),
    ...(options.dialect === undefined ? {} : { dialect: options.dialect }),
  });
}

/** A runbook around steps; each line of `steps` is YAML, indented as under `steps:`. */
export function runbookOf(steps: string, head = ''): string {
  const lines = steps.replace(/^\n/, '').trimEnd();
  const indent = /^ */.exec(lines)?.[0].length ?? 0;
  const body = lines
    .split('\n')
    .map((line) => `  ${line.slice(indent)}`)
    .join('\n');
  return `api_version: pg-runbook/v1
name: test
version: 1
budget: { workers: 8, keep_free: 0 }
defaults: { timeout: 40s, on_failure: continue }
${head}
steps:
${body}
`;
}
