import { RunbookError } from '../errors.js';
import type { Server } from '../generated/plan.v1.js';
import type { Runbook } from '../model/runbook.js';
import { chooseDialect } from '../postgres/background/detect.js';
import { requireUsableServer, type ServerInfo } from '../postgres/server.js';

/**
 * Describes a server for a plan.
 * @throws RunbookError when the runbook cannot run there: see the class `refused`.
 */
export function requireRunnable(runbook: Runbook, server: ServerInfo): Server {
  requireUsableServer(server);
  refuseImpossibleBudget(runbook, server);
  const dialect = chooseDialect(server);
  return {
    version: server.version,
    version_number: server.versionNumber,
    database: server.database,
    role: server.role,
    max_worker_processes: server.maxWorkerProcesses,
    system_identifier: server.systemIdentifier,
    database_oid: server.databaseOid,
    pg_background: {
      version: server.extension?.version ?? '',
      dialect: dialect.name,
      schema: server.extension?.schema ?? '',
    },
  };
}

function refuseImpossibleBudget(runbook: Runbook, server: ServerInfo): void {
  const { workers, keepFree } = runbook.budget;
  if (workers + keepFree <= server.maxWorkerProcesses) return;
  throw new RunbookError(
    'budget_impossible',
    `budget: ${String(workers)} workers and ${String(keepFree)} kept free are more than the ` +
      `${String(server.maxWorkerProcesses)} slots of max_worker_processes`,
    { hint: 'Lower budget.workers or budget.keep_free, or raise max_worker_processes.' },
  );
}
