import type { SqlSpec } from '../../model/runbook.js';
import { withCompletionMarker } from '../completion.js';
import { separateStatements } from '../../sql/separate.js';
import { renderExpecting } from './expect.js';
import { QUEUE_SIZE, type Command } from '../contract.js';

/**
 * The output of a top-level statement cannot be read without knowing its columns, nor discarded at
 * the source, so it gets room.
 */
const UNREAD_QUEUE_SIZE = 1024 * 1024;

/**
 * A statement's command tag and the one of its separator; nobody reads them before the end. The longest
 * tag has 32 bytes, and a message 5 and its place in the queue 8 and what aligns it.
 */
const BYTES_PER_STATEMENT = 128;

function renderStatements({ statements }: SqlSpec): string {
  return separateStatements(
    statements.map((piece, index) =>
      piece.expected === null ? piece.sql : renderExpecting(piece, piece.expected, index + 1),
    ),
  );
}

/**
 * Whatever role the user's SQL has set, its marker needs the one that may write the ledger.
 * @param traced whether the relation is known on which it leaves a trace in the catalogs.
 */
export function renderSql(spec: SqlSpec, traced = false): Command {
  return spec.transaction
    ? {
        sql: withCompletionMarker(`${renderStatements(spec).trimEnd()}\n;\nSET ROLE NONE`),
        proof: 'marker',
        queue_size: QUEUE_SIZE + BYTES_PER_STATEMENT * spec.statements.length,
        reads_output: true,
      }
    : {
        sql: spec.sql.trim(),
        proof: traced ? 'trace' : 'tag',
        queue_size: UNREAD_QUEUE_SIZE,
        reads_output: false,
      };
}
