import type { SqlSpec } from '../../model/runbook.js';
import { withCompletionMarker } from '../completion.js';
import { QUEUE_SIZE, type Command } from '../contract.js';

/**
 * The output of a top-level statement cannot be read without knowing its columns, nor discarded at
 * the source, so it gets room.
 */
const UNREAD_QUEUE_SIZE = 1024 * 1024;

/**
 * Whatever role the user's SQL has set, its marker needs the one that may write the ledger.
 */
export function renderSql(spec: SqlSpec): Command {
  return spec.transaction
    ? {
        sql: withCompletionMarker(`${spec.sql.trimEnd()}\n;\nSET ROLE NONE`),
        proof: 'marker',
        queue_size: QUEUE_SIZE,
        reads_output: true,
      }
    : {
        sql: spec.sql.trim(),
        proof: 'tag',
        queue_size: UNREAD_QUEUE_SIZE,
        reads_output: false,
      };
}
