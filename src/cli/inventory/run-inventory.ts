import { randomBytes } from 'node:crypto';
import { signalExitCode, type ExitCode } from '../../errors.js';
import { fleetExitCode } from '../../engine/fleet.js';
import { makeRunId } from '../../model/identity.js';
import type { Inventory, InventoryDatabase, Shard } from '../../model/inventory.js';
import { oneLine } from '../../model/printable.js';
import { parseTraceparent } from '../../model/traceparent.js';
import { resolveConnection, type ConnectionSettings } from '../../postgres/connection-settings.js';
import { describeInventoryReport } from '../../report/inventory.js';
import type { CommandContext } from '../command-line.js';
import type { Output } from '../io.js';
import { loadForServer, refuseForbidden, type LoadedRunbook } from '../load.js';
import { openJsonLog } from '../json-progress.js';
import { defaultReportPath } from '../report-file.js';
import { listenForStop, type StopSignals } from '../stop-signals.js';
import type { Fleet } from './member.js';
import { workOnAll, type Member } from './rounds.js';
import { loadInventory, requirePass, requireShard, select } from './selection.js';
import { Summary, summaryPath } from './summary.js';
import { toJson } from '../../report/json.js';

/** What `run --inventory` takes. */
export interface InventoryOptions {
  readonly inventory: string;
  readonly shard?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly pass?: string | undefined;
  readonly parameter?: string[] | undefined;
  readonly report?: string | undefined;
  readonly mode?: number | undefined;
  readonly allowChanged?: true | undefined;
  readonly logFormat: 'text' | 'json';
  readonly json?: true | undefined;
}

/** What a command line asks for, once all of it was read and is right. */
interface Order {
  readonly loaded: LoadedRunbook;
  readonly inventory: Inventory;
  readonly tags: readonly string[];
  readonly shard: Shard | undefined;
  readonly pass: string | undefined;
  readonly members: readonly Member[];
  /** Where the reports go. */
  readonly folder: string;
}

/** Runs a runbook on the databases of an inventory, each by an engine of its own. */
export async function runInventory(
  context: CommandContext,
  file: string,
  options: InventoryOptions,
): Promise<ExitCode> {
  const { output, env } = context;
  const order = await readOrder(context, file, options);
  const { loaded, pass, folder, inventory, members } = order;
  const summary = openSummary(output, order, options.mode);
  // A folder that cannot be written shows before anything is done.
  await summary.save();
  const trace = parseTraceparent(env['TRACEPARENT']);
  const workers: Fleet['workers'] = new Map();
  const stop = listen(context, workers);
  try {
    const fleet: Fleet = {
      ...{ context, loaded, pass, folder, trace, workers, mode: options.mode },
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
    const text = `${describeInventoryReport(document)}\nsummary: ${oneLine(summary.path)}\n`;
    output.write(options.json === true ? toJson(document) : text);
    return exitCode;
  } finally {
    stop.release();
  }
}

async function readOrder(
  { output, env }: CommandContext,
  file: string,
  options: InventoryOptions,
): Promise<Order> {
  const shard = requireShard(options.shard);
  const pass = requirePass(options.pass);
  const loaded = await loadForServer(output, file, options.parameter);
  await refuseForbidden(output, file, loaded);
  const inventory = await loadInventory(output, options.inventory);
  const { tag: tags = [] } = options;
  const members = select(inventory, tags, shard).map((one) => toMember(one, env));
  const folder = options.report ?? defaultFolder(loaded.runbook.name, pass);
  return { loaded, inventory, tags, shard, pass, members, folder };
}

function openSummary(output: Output, order: Order, mode: number | undefined): Summary {
  const { loaded, inventory, tags, shard, pass, members, folder } = order;
  const { name, version, path, digest } = loaded.runbook;
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
  const databases = members.map((one) => ({ name: one.name, server: one.description }));
  return new Summary(output, { path: summaryPath(folder, shard), mode }, head, shard, databases);
}

function defaultFolder(runbook: string, pass: string | undefined): string {
  const id = pass ?? makeRunId(new Date(), randomBytes(6));
  return defaultReportPath(runbook, id).replace(/\.json$/, '');
}

/** What cannot be resolved is refused later, as an outcome of this database alone. */
function toMember(database: InventoryDatabase, env: CommandContext['env']): Member {
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
