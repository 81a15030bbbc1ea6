import { RunbookError } from '../errors.js';
import type { PgBackground, Server } from '../generated/plan.v1.js';
import type { RunnableServer } from '../model/live-plan.js';
import type { Runbook } from '../model/runbook.js';
import { chooseDialect } from '../postgres/background/detect.js';
import {
  requireCounters,
  requirePrimary,
  requireVersion,
  type ServerInfo,
} from '../postgres/server.js';

/** A server as a plan describes it, and why a run would be refused there. */
export interface Examined {
  readonly described: Server;
  readonly refusals: readonly RunbookError[];
}

/**
 * Looks whether a runbook can run on a server.
 * @throws RunbookError `server_unsupported` for a version that cannot even be asked.
 */
export function examineServer(runbook: Runbook, server: ServerInfo): Examined {
  requireVersion(server);
  const refusals: RunbookError[] = [];
  const attempt = <T>(require: () => T): T | undefined => {
    try {
      return require();
    } catch (error) {
      if (!(error instanceof RunbookError)) throw error;
      refusals.push(error);
      return undefined;
    }
  };
  for (const require of REQUIREMENTS) {
    attempt(() => {
      require(server, runbook);
    });
  }
  const pg_background = attempt(() => describeExtension(server)) ?? null;
  return { described: describeServer(server, pg_background), refusals };
}

/** @throws RunbookError when the runbook cannot run there: see the class `refused`. */
export function requireRunnable(runbook: Runbook, server: ServerInfo): RunnableServer {
  requireVersion(server);
  for (const require of REQUIREMENTS) require(server, runbook);
  return describeServer(server, describeExtension(server));
}

const REQUIREMENTS = [requirePrimary, requireCounters, refuseImpossibleBudget];

function describeServer<T extends PgBackground | null>(server: ServerInfo, pg_background: T) {
  return {
    version: server.version,
    version_number: server.versionNumber,
    database: server.database,
    role: server.role,
    max_worker_processes: server.maxWorkerProcesses,
    system_identifier: server.systemIdentifier,
    database_oid: server.databaseOid,
    pg_background,
  };
}

function describeExtension(server: ServerInfo): PgBackground {
  const { name } = chooseDialect(server);
  const { version = '', schema = '' } = server.extension ?? {};
  return { version, dialect: name, schema };
}

function refuseImpossibleBudget(server: ServerInfo, runbook: Runbook): void {
  const { workers, keepFree } = runbook.budget;
  if (workers + keepFree <= server.maxWorkerProcesses) return;
  throw new RunbookError(
    'budget_impossible',
    `budget: ${String(workers)} workers and ${String(keepFree)} kept free are more than the ` +
      `${String(server.maxWorkerProcesses)} slots of max_worker_processes`,
    { hint: 'Lower budget.workers or budget.keep_free, or raise max_worker_processes.' },
  );
}
