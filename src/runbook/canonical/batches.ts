import type * as V1 from '../../generated/runbook.v1.js';
import { parseRelationGlob } from '../../model/relation-glob.js';
import type { BatchSpec, Parameters, RelationName, StepBody } from '../../model/runbook.js';
import { substituteSqlParameters } from '../../sql/parameters.js';
import { stopClock } from '../../sql/stop-clock.js';
import {
  DEFAULT_BATCH_MAX_ROWS,
  DEFAULT_BATCH_ROWS,
  DEFAULT_BATCH_TARGET_MS,
} from '../defaults.js';
import { toBytes, toMs } from './selector.js';

/** The schema has made sure that it is the exact name of one relation. */
function toRelationName(text: string): RelationName {
  const { schema, name } = parseRelationGlob(text) ?? {};
  return { schema: schema?.text ?? '', name: name?.text ?? '' };
}

function toBatch(authored: V1.Batch = {}): BatchSpec['batch'] {
  const minRows = authored.min_rows ?? 1;
  const maxRows = authored.max_rows ?? Math.max(DEFAULT_BATCH_MAX_ROWS, minRows);
  const rows = authored.rows ?? DEFAULT_BATCH_ROWS;
  return {
    rows: Math.min(Math.max(rows, minRows), maxRows),
    min_rows: minRows,
    max_rows: maxRows,
    target_ms: toMs(authored.target_duration) ?? DEFAULT_BATCH_TARGET_MS,
    pause_ms: toMs(authored.pause) ?? 0,
  };
}

async function toBatchSpec(
  authored: V1.Backfill | V1.Purge,
  parameters: Parameters,
): Promise<BatchSpec> {
  const {
    table,
    key,
    where,
    remaining = 0,
    allow_unchanged: allowUnchanged = false,
    batch,
    throttle,
  } = authored;
  return {
    table: toRelationName(table),
    key: typeof key === 'string' ? [key] : key,
    where:
      where === undefined
        ? undefined
        : await stopClock(await substituteSqlParameters(where, parameters)),
    remaining,
    allow_unchanged: allowUnchanged,
    batch: toBatch(batch),
    throttle: {
      replica_lag_ms: toMs(throttle?.replica_lag?.max),
      sql:
        throttle?.sql === undefined
          ? undefined
          : (await substituteSqlParameters(throttle.sql, parameters)).replace(/;\s*$/, ''),
      wal_bytes_per_second: toBytes(throttle?.wal_rate),
    },
  };
}

/** A value of YAML as the SQL expression that it stands for; a text is one already. */
async function toExpression(
  value: V1.Backfill['set'][string],
  parameters: Parameters,
): Promise<string> {
  if (typeof value === 'string') return substituteSqlParameters(value, parameters);
  return value === null ? 'NULL' : String(value).toUpperCase();
}

export async function backfill(authored: V1.Backfill, parameters: Parameters): Promise<StepBody> {
  const entries = Object.entries(authored.set).map(
    async ([column, value]) => [column, await toExpression(value, parameters)] as const,
  );
  const set = Object.fromEntries(await Promise.all(entries));
  return { kind: 'backfill', spec: { ...(await toBatchSpec(authored, parameters)), set } };
}

export async function purge(authored: V1.Purge, parameters: Parameters): Promise<StepBody> {
  const { archive_to: archive } = authored;
  const archiveTo = archive === undefined ? undefined : toRelationName(archive);
  return {
    kind: 'purge',
    spec: { ...(await toBatchSpec(authored, parameters)), archive_to: archiveTo },
  };
}
