import type * as V1 from '../../generated/runbook.v1.js';
import type { Guard, Parameters } from '../../model/runbook.js';
import { substituteSqlParameters } from '../../sql/parameters.js';
import { DEFAULT_MAX_PAUSE_MS } from '../defaults.js';
import { toBytes, toMs } from './selector.js';

export async function toGuard(authored: V1.Guard, parameters: Parameters): Promise<Guard> {
  return {
    name: authored.name,
    condition: await toCondition(authored, parameters),
    onBreach: authored.on_breach ?? 'pause',
    maxPauseMs: toMs(authored.max_pause) ?? DEFAULT_MAX_PAUSE_MS,
  };
}

/** The schema has made sure that there is one. */
async function toCondition(
  { replica_lag: lag, sql, wal_rate: rate, active_sessions: sessions }: V1.Guard,
  parameters: Parameters,
): Promise<Guard['condition']> {
  if (sql !== undefined) {
    return { sql: (await substituteSqlParameters(sql, parameters)).replace(/;\s*$/, '') };
  }
  if (lag !== undefined) return { replica_lag_ms: toMs(lag.max) ?? 0 };
  if (rate !== undefined) return { wal_bytes_per_second: toBytes(rate) ?? 0 };
  return { active_sessions: sessions?.max ?? 0 };
}
