import type { Server, Target } from '../generated/plan.v1.js';
import { describeDuration, formatDuration } from '../model/duration.js';
import type { LivePlan } from '../model/live-plan.js';
import type { Drift } from '../model/runbook.js';
import { formatSize } from '../model/size.js';

/** A relation as it is now. */
export interface Present {
  readonly oid: number;
  readonly name: string;
  readonly size_bytes: number;
}

/** How the database has moved on since a plan was made. */
export interface DriftReport {
  /** Worth knowing. */
  readonly notes: readonly string[];
  /** Beyond what the runbook allows. */
  readonly refusals: readonly string[];
}

/** Growth that is nothing to speak of, whatever its share. */
const LITTLE_GROWTH_BYTES = 16 * 1024 * 1024;

const MAJOR = 10_000;

/**
 * Tells drift by what it means. Pure.
 * @param ageMs since the plan was made.
 */
export function compareWithPlan(
  plan: LivePlan,
  server: Server,
  present: readonly Present[],
  ageMs: number,
  limits: Drift,
): DriftReport {
  const elsewhere = otherServer(plan.server, server);
  if (elsewhere.length > 0) return { notes: [], refusals: elsewhere };
  const old = ageMs > limits.maxAgeMs;
  const age = `the plan is ${describeDuration(ageMs)} old (drift.max_age ${formatDuration(limits.maxAgeMs)})`;
  const targets = compareTargets(plan, present, limits);
  return {
    notes: [...otherSettings(plan.server, server), ...targets.notes],
    refusals: [...(old ? [age] : []), ...targets.refusals],
  };
}

function compareTargets(plan: LivePlan, present: readonly Present[], limits: Drift): DriftReport {
  const targets = plan.steps.flatMap((step) => step.tasks.flatMap((task) => task.targets));
  const now = new Map(present.map((relation) => [relation.oid, relation]));
  const gone = onceEach(targets).filter((target) => now.get(target.oid)?.name !== target.name);
  const grown = onceEach(targets.filter(hasSize)).flatMap((target) => growthOf(target, now));
  const tooMuch = grown.filter(({ share }) => share > limits.growth);
  const lost = gone.length === 0 ? [] : [`${name(gone)} gone, renamed or replaced`];
  const bearable = gone.length <= limits.gone;
  return {
    notes: [
      ...(bearable ? lost : []),
      ...(tooMuch.length === 0 && grown.length > 0 ? [describeGrowth(grown)] : []),
    ],
    refusals: [
      ...(bearable ? [] : lost),
      ...(tooMuch.length === 0 ? [] : [describeGrowth(tooMuch)]),
    ],
  };
}

function onceEach(targets: readonly Target[]): Target[] {
  return [...new Map(targets.map((target) => [target.oid, target])).values()];
}

/** ANALYZE of a partitioned table is planned by the table's own size, which is none; its partitions are targets too. */
function hasSize({ facts }: Target): boolean {
  return facts['relkind'] !== 'p';
}

function otherServer(old: Server, now: Server): string[] {
  if (old.system_identifier !== now.system_identifier) {
    return ['the plan is of another server (system identifier)'];
  }
  if (old.database_oid !== now.database_oid) {
    return [`the plan is of another database: ${old.database}, and this is ${now.database}`];
  }
  return [
    ...(old.role === now.role
      ? []
      : [`the plan was made for role ${old.role}, and this is ${now.role}`]),
    ...(Math.floor(old.version_number / MAJOR) === Math.floor(now.version_number / MAJOR)
      ? []
      : [`the server was upgraded from ${old.version} to ${now.version}`]),
  ];
}

const extension = ({ pg_background: installed }: Server): string =>
  `pg_background ${installed?.version ?? '(none)'}`;

function otherSettings(old: Server, now: Server): string[] {
  const [before, after] = [old.max_worker_processes, now.max_worker_processes];
  return [
    ...(before === after
      ? []
      : [
          `max_worker_processes ${after < before ? 'lowered' : 'raised'} from ${String(before)} to ${String(after)}`,
        ]),
    ...(old.version === now.version ? [] : [`PostgreSQL ${old.version} is now ${now.version}`]),
    ...(extension(old) === extension(now) ? [] : [`${extension(old)} is now ${extension(now)}`]),
  ];
}

interface Growth {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** Of its size before. */
  readonly share: number;
}

function growthOf(target: Target, now: ReadonlyMap<number, Present>): Growth[] {
  const before = target.size_bytes;
  const after = now.get(target.oid)?.size_bytes ?? 0;
  if (after - before < LITTLE_GROWTH_BYTES) return [];
  return [{ name: target.name, before, after, share: (after - before) / Math.max(before, 1) }];
}

function describeGrowth(grown: readonly Growth[]): string {
  const [most] = grown.toSorted((a, b) => b.share - a.share);
  if (most === undefined) return '';
  const { before, after, share } = most;
  const from = `from ${formatSize(before)} to ${formatSize(after)}`;
  const by = before === 0 ? '' : ` by ${String(Math.round(share * 100))} %`;
  return grown.length === 1
    ? `${most.name} grew${by}, ${from}`
    : `${name(grown)} grew, most of all ${most.name}${by}, ${from}`;
}

function name(targets: readonly { readonly name: string }[]): string {
  const [first] = targets;
  return targets.length === 1 ? (first?.name ?? '') : `${String(targets.length)} relations`;
}
