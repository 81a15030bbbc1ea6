import { RunbookError } from '../../errors.js';
import type { Settings, Target } from '../../generated/plan.v1.js';
import { formatDuration } from '../../model/duration.js';
import type { BatchSpec } from '../../model/runbook.js';
import { formatSize } from '../../model/size.js';
import { grantSessions, type ServerInfo } from '../../postgres/server.js';
import type { Queryable } from '../../postgres/session.js';
import { inTrial } from '../../postgres/trial.js';
import { TrialRefusal } from '../../postgres/trial-refusal.js';
import { BEGUN_AT_SETTING } from '../../sql/stop-clock.js';
import type { Discovery, StepOrder } from '../contract.js';
import { archiveColumns } from './archive.js';
import { writeFacts, type WalkFacts } from './facts.js';
import { readFires } from './fires.js';
import { findKey } from './key.js';
import { readWalkedTable, type WalkedTable } from './table.js';
import { refusalsOf } from './refused-walk.js';
import type { WalkKind } from './walk-kind.js';
import { tryWalk, untriedWalk, walkedSql } from './try-walk.js';

/** Blocks of a sample: enough to cut a table to within some percent, and read in a moment. */
const SAMPLE_BLOCKS = 300;

/**
 * Finds out how a table is walked: the index, the cuts between the parts, and what its batches are.
 * Everything that the workers will send is planned by the server once, so that what it refuses shows
 * before anything ran.
 * @throws RunbookError `step_refused`, with what the server said.
 */
export async function discoverWalk<Spec extends BatchSpec>(
  db: Queryable,
  spec: Spec,
  server: ServerInfo,
  order: StepOrder,
  kind: WalkKind<Spec>,
): Promise<Discovery> {
  try {
    return await discover(db, spec, server, order, kind);
  } catch (error) {
    throw inStep(order.id, refusedByServer(error, order.showServerErrors));
  }
}

/** What the server refuses to plan, it would refuse to run. */
function refusedByServer(error: unknown, showAll: boolean): unknown {
  if (!(error instanceof TrialRefusal)) return error;
  const { message, hint } = error.tell(showAll);
  return new RunbookError('step_refused', message, {
    sqlstate: error.sqlstate,
    ...(hint === undefined ? {} : { hint }),
  });
}

function inStep(id: string, error: unknown): unknown {
  if (!(error instanceof RunbookError) || error.code !== 'step_refused') return error;
  const { message, sqlstate, hint, cause } = error;
  return new RunbookError('step_refused', `step ${id}: ${message}`, {
    ...(sqlstate === undefined ? {} : { sqlstate }),
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

async function discover<Spec extends BatchSpec>(
  db: Queryable,
  spec: Spec,
  server: ServerInfo,
  order: StepOrder,
  kind: WalkKind<Spec>,
): Promise<Discovery> {
  requireVisibleLag(spec, server);
  requireReadCommitted(order.settings);
  const table = await readWalkedTable(db, spec.table);
  const key = findKey(table, spec.key);
  refuseMovingKey(table, spec, kind.columns(spec));
  const archiveName = kind.archive(spec);
  const archive = archiveName === undefined ? undefined : await readWalkedTable(db, archiveName);
  const facts = {
    keyTypes: key.types,
    operatorSchema: key.operatorSchema,
    archiveColumns: archive === undefined ? [] : archiveColumns(table, archive),
    archiveOid: archive?.oid ?? null,
    archive: archive?.name ?? null,
    columns: JSON.stringify(lastingColumns(table, spec.key, kind.columns(spec))),
    event: kind.event,
    samplePercent: samplePercent(table),
  };
  const fires = await readFires(db, table.oid, kind.event, kind.columns(spec), archive?.oid);
  const settings = { ...order.settings, [BEGUN_AT_SETTING]: new Date().toISOString() };
  await inTrial(db, settings, [], () => requireVisible(db, key.unqualified, spec.key));
  const walk = { spec, ...facts };
  const texts = walkedSql(walk, facts, kind);
  const { tried = untriedWalk(table), ...untried } = await refusalsOf(
    spec,
    order.showServerErrors,
    () => inTrial(db, settings, texts, () => tryWalk(db, walk, order.concurrency, facts, kind)),
  );
  const cuts = `[${tried.cuts.join(', ')}]`;
  return {
    targets: [...tried.cuts, null].map((_cut, i) =>
      toTarget(spec, table, { ...facts, part: i + 1, cuts }),
    ),
    batches: {
      index: key.index,
      key: [...spec.key],
      limits: describeLimits(spec),
      fires,
      ...tried.batches,
    },
    ...untried,
  };
}

/** The key's columns with what orders them, and those that are set, whose type may change. */
function lastingColumns(
  { columns }: WalkedTable,
  key: readonly string[],
  set: readonly string[],
): object[] {
  return columns.flatMap(({ name, number, type_oid: type, collation_oid: collation }) => {
    if (key.includes(name)) return [{ name, number, type, collation }];
    return set.includes(name) ? [{ name, number }] : [];
  });
}

function requireVisibleLag({ throttle }: BatchSpec, server: ServerInfo): void {
  if (throttle.replica_lag_ms === undefined || server.seesAllSessions) return;
  const message = `role ${server.role} does not see how far replicas are behind`;
  throw new RunbookError('privilege_missing', message, {
    sqlstate: '42501',
    hint: `${grantSessions(server.role)}, or leave out throttle.replica_lag.`,
  });
}

/** A row whose key changes could come up again, further on. */
function refuseMovingKey(table: WalkedTable, { key }: BatchSpec, changed: readonly string[]): void {
  const moving = key.find(
    (name) =>
      changed.includes(name) ||
      (changed.length > 0 && table.columns.some((c) => c.name === name && c.generated)),
  );
  if (moving === undefined) return;
  const message = `set: column "${moving}" of the key would change, and rows be met again further on`;
  throw new RunbookError('step_refused', message, { hint: 'Walk along a key that stays.' });
}

/** The operator of another type would order the rows otherwise, and some would come twice. */
async function requireVisible(
  db: Queryable,
  operators: readonly number[],
  key: readonly string[],
): Promise<void> {
  const [row] = await db.query<{ visible: boolean | null }>(
    `SELECT pg_catalog.bool_and(pg_catalog.pg_operator_is_visible(o)) AS visible
       FROM pg_catalog.unnest($1::pg_catalog.oid[]) o`,
    [operators],
  );
  if (row?.visible !== false) return;
  const message = `the operators of the key ${key.join(', ')} are not in the search_path of the workers`;
  throw new RunbookError('step_refused', message, {
    hint: 'Add their schema under `settings: { search_path: … }`, or walk along another key.',
  });
}

/** Under a snapshot of its own, a worker would not see what the others have done with their parts. */
function requireReadCommitted(settings: Settings): void {
  const isolation = settings['default_transaction_isolation'] ?? '';
  if (isolation.toLowerCase() === 'read committed') return;
  const message = `batches cannot be ${isolation}: their workers must see one another's checkpoints`;
  throw new RunbookError('step_refused', message, {
    hint: 'Leave default_transaction_isolation out of its settings.',
  });
}

function samplePercent({ blocks }: WalkedTable): number {
  return Number(Math.min(100, (100 * SAMPLE_BLOCKS) / Math.max(blocks, 1)).toPrecision(3));
}

function toTarget(
  { table: { schema, name } }: BatchSpec,
  table: WalkedTable,
  facts: WalkFacts,
): Target {
  return {
    oid: table.oid,
    name: table.name,
    schema,
    relation: name,
    table_oid: table.oid,
    size_bytes: table.size_bytes,
    facts: writeFacts(facts),
  };
}

function describeLimits({ batch, throttle, remaining, where }: BatchSpec): string[] {
  const {
    rows,
    min_rows: minRows,
    max_rows: maxRows,
    target_ms: targetMs,
    pause_ms: pauseMs,
  } = batch;
  const pause = pauseMs === 0 ? '' : `, then a pause of ${formatDuration(pauseMs)}`;
  return [
    `about ${formatDuration(targetMs)} each: ${String(minRows)} to ${String(maxRows)} rows, ` +
      `the first at most ${String(rows)}${pause}`,
    ...(throttle.replica_lag_ms === undefined
      ? []
      : [`waits while a replica is more than ${formatDuration(throttle.replica_lag_ms)} behind`]),
    ...(throttle.wal_bytes_per_second === undefined
      ? []
      : [
          `waits while the server writes more than ${formatSize(throttle.wal_bytes_per_second)}/s of WAL`,
        ]),
    ...(throttle.sql === undefined ? [] : [`waits while this is not true: ${throttle.sql}`]),
    ...(where === undefined ? [] : [`at the end at most ${String(remaining)} rows may match`]),
  ];
}
