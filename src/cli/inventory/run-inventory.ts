import { randomBytes } from 'node:crypto';
import { signalExitCode, type ExitCode } from '../../errors.js';
import { systemClock, toTimestamp } from '../../engine/clock.js';
import { fleetExitCode, forEachMember, type FleetLimits } from '../../engine/fleet.js';
import { makeRunId } from '../../model/identity.js';
import type { InventoryDatabase } from '../../model/inventory.js';
import { parseTraceparent } from '../../model/traceparent.js';
import { resolveConnection, type ConnectionSettings } from '../../postgres/connection-settings.js';
import { describeInventoryReport } from '../../report/inventory.js';
import type { CommandContext } from '../command-line.js';
import { loadForServer, refuseForbidden } from '../load.js';
import { openJsonLog } from '../progress.js';
import { defaultReportPath } from '../report-file.js';
import { listenForStop, type StopSignals } from '../stop-signals.js';
import { tellEnd, workOn, type Fleet, type Outcome } from './member.js';
import { loadInventory, requirePass, requireShard, select } from './selection.js';
import { Summary } from './summary.js';

/** What `run --inventory` takes. */
export interface InventoryOptions {
  readonly inventory: string;
  readonly shard?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly pass?: string | undefined;
  readonly parameter?: string[] | undefined;
  readonly report?: string | undefined;
  readonly allowChanged?: true | undefined;
  readonly logFormat: 'text' | 'json';
  readonly json?: true | undefined;
}

/**
 * A killed process may hold its locks for some seconds yet: the server looks every five seconds whether
 * the client of a statement is still there.
 */
const OTHERS_GO_WITHIN_MS = 8_000;
const LOOK_EVERY_MS = 500;

interface Member extends InventoryDatabase {
  /** `host:port`; its own name when it is not known. */
  readonly server: string;
  readonly description: string | null;
}

/** Runs a runbook on the databases of an inventory, each by an engine of its own. */
export async function runInventory(
  context: CommandContext,
  file: string,
  options: InventoryOptions,
): Promise<ExitCode> {
  const { output, env } = context;
  const shard = requireShard(options.shard);
  const pass = requirePass(options.pass);
  const loaded = await loadForServer(output, file, options.parameter);
  refuseForbidden(output, file, loaded);
  const inventory = await loadInventory(output, options.inventory);
  const { tag: tags = [] } = options;
  const members = select(inventory, tags, shard).map((one) => toMember(one, context));
  const { name, version, path, digest } = loaded.runbook;
  const folder = options.report ?? defaultFolder(name, pass);
  const head = {
    runbook: { name, version, path, digest },
    inventory: {
      path: inventory.path,
      digest: inventory.digest,
      databases: inventory.databases.length,
    },
    tags: [...tags],
    pass: pass ?? null,
  };
  const servers = members.map((one) => ({ name: one.name, server: one.description }));
  const summary = new Summary(output, folder, head, shard, servers);
  await summary.save();
  const trace = parseTraceparent(env['TRACEPARENT']);
  const workers: Fleet['workers'] = new Map();
  const stop = listen(context, workers);
  try {
    const fleet: Fleet = {
      ...{ context, loaded, pass, folder, trace, workers },
      allowChanged: options.allowChanged === true,
      stop: stop.signal,
      log: options.logFormat === 'json' ? openJsonLog(trace) : undefined,
    };
    await workOnAll(fleet, members, inventory, summary);
    const codes = summary.document.databases.map(({ exit_code: code }) => code);
    const interrupted = stop.signal.aborted ? signalExitCode(stop.signal.reason) : undefined;
    const exitCode = fleetExitCode(codes, interrupted);
    await summary.close(exitCode);
    const { document } = summary;
    const text = `${describeInventoryReport(document)}\nsummary: ${summary.path}\n`;
    output.write(options.json === true ? `${JSON.stringify(document, null, 2)}\n` : text);
    return exitCode;
  } finally {
    stop.release();
  }
}

function defaultFolder(runbook: string, pass: string | undefined): string {
  const id = pass ?? makeRunId(new Date(), randomBytes(6));
  return defaultReportPath(runbook, id).replace(/\.json$/, '');
}

/** What cannot be resolved is refused later, as an outcome of this database alone. */
function toMember(database: InventoryDatabase, { env }: CommandContext): Member {
  let settings: ConnectionSettings | undefined;
  try {
    settings = resolveConnection(database.dsn, env);
  } catch {
    settings = undefined;
  }
  const { host = '', port = 0 } = settings?.client ?? {};
  return {
    ...database,
    server: settings === undefined ? database.name : `${host}:${String(port)}`,
    description: settings?.description ?? null,
  };
}

/** Once each; and at last once more where another process was at work, or seemed to be. */
async function workOnAll(
  fleet: Fleet,
  members: readonly Member[],
  limits: FleetLimits,
  summary: Summary,
): Promise<void> {
  const work = async (
    member: Member,
    how: (fleet: Fleet, member: Member) => Promise<Outcome>,
  ): Promise<boolean> => {
    summary.note(member.name, { status: 'running', started_at: toTimestamp(Date.now()) });
    const { contended, ...change } = await how(fleet, member);
    summary.note(member.name, { ...change, finished_at: toTimestamp(Date.now()) });
    return contended;
  };
  const first = await forEachMember(members, limits, (member) => work(member, workOn));
  const again = members.filter((_, index) => first[index] === true);
  await forEachMember(again, limits, (member) => work(member, workOnceFree));
}

/** Looks until whoever works on the database has ended or is gone, but not for long. */
async function workOnceFree(fleet: Fleet, member: Member): Promise<Outcome> {
  const until = Date.now() + OTHERS_GO_WITHIN_MS;
  for (;;) {
    const outcome = await workOn(fleet, member);
    if (!outcome.contended) return outcome;
    if (Date.now() >= until) {
      tellEnd(fleet, member, outcome);
      return outcome;
    }
    await systemClock.sleep(LOOK_EVERY_MS, fleet.stop);
  }
}

function listen({ output }: CommandContext, workers: Fleet['workers']): StopSignals {
  return listenForStop(
    (name) => {
      output.note(
        `${name}: beginning with no other database, cancelling what runs; once more to leave at once`,
      );
    },
    () => {
      const all = [...workers].map(([database, of]) => `${database}: ${of.describe()}`);
      output.note(`left at once; workers that may still run: ${all.join('; ') || 'none'}`);
    },
  );
}
