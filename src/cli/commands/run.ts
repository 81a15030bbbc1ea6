import { randomBytes } from 'node:crypto';
import type { ExitCode } from '../../errors.js';
import { runPlan } from '../../engine/run.js';
import { migrateLedger } from '../../ledger/migrate.js';
import { makeRunId } from '../../model/identity.js';
import { buildPlan } from '../../plan/build.js';
import { withServer } from '../connect.js';
import { driveEngine, type DriveOptions } from '../engine-run.js';
import { loadForServer, refuseForbidden } from '../load.js';
import type { CommandContext } from '../program.js';
import { defaultReportPath } from '../report-file.js';

interface Options extends DriveOptions {
  readonly parameter?: string[] | undefined;
  readonly report?: string | undefined;
  readonly allowChanged?: true | undefined;
}

/** Plans a runbook, runs the plan and writes the report. */
export async function run(
  context: CommandContext,
  file: string,
  options: Options,
): Promise<ExitCode> {
  const loaded = await loadForServer(context.output, file, options.parameter);
  refuseForbidden(context.output, file, loaded);
  const plan = await withServer(context, options.dsn, 'plan', async ({ session, server }) => {
    const made = await buildPlan(session, loaded.runbook, server, new Date(), loaded.lint);
    await migrateLedger(session);
    return made;
  });
  const runId = makeRunId(new Date(), randomBytes(6));
  const path = options.report ?? defaultReportPath(plan.runbook.name, runId);
  return driveEngine(context, options, { runId, path }, (engine) =>
    runPlan({ ...engine, plan, allowChanged: options.allowChanged === true }),
  );
}
