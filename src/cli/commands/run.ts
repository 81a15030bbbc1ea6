import { randomBytes } from 'node:crypto';
import { RunbookError, type ExitCode } from '../../errors.js';
import { runPlan } from '../../engine/run.js';
import { migrateLedger } from '../../ledger/migrate.js';
import { makeRunId } from '../../model/identity.js';
import { message } from '../../model/printable.js';
import type { RunnablePlan } from '../../model/live-plan.js';
import { planRun } from '../../plan/build.js';
import { openSavedPlan } from '../../plan/saved.js';
import { renewPlan } from '../../plan/renew.js';
import { chooseDialect } from '../../postgres/background/detect.js';
import { withServer, type Connected } from '../connect.js';
import { driveEngine, type DriveOptions } from '../engine-run.js';
import {
  loadForServer,
  refuseForbidden,
  refuseForbiddenPlan,
  type LoadedRunbook,
} from '../load.js';
import { withPing } from '../ping.js';
import { readPlanText } from '../plan-file.js';
import type { CommandContext } from '../command-line.js';
import { defaultReportPath } from '../report-file.js';
import { keepHeapSmall } from '../small-heap.js';

interface Options extends DriveOptions {
  readonly inventory?: string | undefined;
  readonly shard?: string | undefined;
  readonly tag?: string[] | undefined;
  readonly pass?: string | undefined;
  readonly parameter?: string[] | undefined;
  readonly plan?: string | undefined;
  readonly report?: string | undefined;
  readonly allowChanged?: true | undefined;
  readonly showServerErrors?: true | undefined;
  readonly ping?: string | undefined;
}

type Planner = (loaded: LoadedRunbook, connected: Connected) => Promise<RunnablePlan>;

/** Plans a runbook, or takes a saved plan, runs the plan and writes the report; or does so for many databases. */
export async function run(
  context: CommandContext,
  file: string | undefined,
  options: Options,
): Promise<ExitCode> {
  keepHeapSmall();
  return withPing(context, options.ping, async () => {
    const { inventory } = options;
    if (inventory === undefined) {
      refuseWithoutInventory(options);
      return planAndRun(context, file, options);
    }
    if (file === undefined) throw new RunbookError('usage', '--inventory: name a runbook as well');
    const { runInventory } = await import('../inventory/run-inventory.js');
    return runInventory(context, file, { ...options, inventory });
  });
}

function refuseWithoutInventory({ shard, tag, pass }: Options): void {
  for (const [option, value] of Object.entries({ shard, tag, pass })) {
    if (value === undefined) continue;
    throw new RunbookError('usage', `--${option} is for --inventory`, {
      hint: 'pg-runbook run nightly.yaml --inventory fleet.yaml',
    });
  }
}

async function planAndRun(
  context: CommandContext,
  file: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const { path: source, parameters, planner } = await whatToRun(context, file, options);
  const loaded = await loadForServer(context.output, source, parameters);
  await refuseForbidden(context.output, source, loaded);
  const { plan, dialect } = await withServer(context, options.dsn, 'plan', async (connected) => {
    const made = await planner(loaded, connected);
    await refuseForbiddenPlan(context.output, made, loaded.source);
    await migrateLedger(connected.session);
    return { plan: made, dialect: chooseDialect(connected.server) };
  });
  const runId = makeRunId(new Date(), randomBytes(6));
  const path = options.report ?? defaultReportPath(plan.runbook.name, runId);
  return driveEngine(context, options, { runId, path }, (engine) =>
    runPlan({ ...engine, plan, dialect, allowChanged: options.allowChanged === true }),
  );
}

interface Wanted {
  readonly path: string;
  readonly parameters: readonly string[] | undefined;
  readonly planner: Planner;
}

async function whatToRun(
  { output }: CommandContext,
  file: string | undefined,
  { plan: planPath, parameter, showServerErrors }: Options,
): Promise<Wanted> {
  if (planPath === undefined) {
    if (file === undefined) throw new RunbookError('usage', 'name a runbook, or a plan by --plan');
    return {
      path: file,
      parameters: parameter,
      planner: ({ runbook, lint }, { session, server }) =>
        planRun(session, runbook, server, new Date(), lint, showServerErrors),
    };
  }
  if (parameter !== undefined) {
    throw new RunbookError('usage', 'a plan has its parameters: -p does not go with --plan');
  }
  const saved = await openSavedPlan(await readPlanText(planPath), planPath);
  return {
    path: file ?? saved.runbook.path,
    parameters: Object.entries(saved.runbook.parameters).map(
      ([name, value]) => `${name}=${String(value)}`,
    ),
    planner: async ({ runbook }, { session, server }) => {
      const { plan, notes } = await renewPlan(session, saved, runbook, server, new Date());
      for (const note of notes) output.note(`since the plan was made: ${message(note)}`);
      return plan;
    },
  };
}
