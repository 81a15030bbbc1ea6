import type * as V1 from '../../generated/runbook.v1.js';
import type { SqlPiece } from '../../model/runbook.js';
import type { Piece } from '../../sql/separate.js';

function toExpected({
  rows,
  min_rows: fewest,
  max_rows: most,
}: Pick<V1.Expect, 'rows' | 'min_rows' | 'max_rows'>): SqlPiece['expected'] {
  const [minRows, maxRows] = [rows ?? fewest, rows ?? most];
  return {
    ...(minRows === undefined ? {} : { min_rows: minRows }),
    ...(maxRows === undefined ? {} : { max_rows: maxRows }),
  };
}

/** Statements with what is expected of each. A number without a place means the only one that has rows. */
export function expecting(pieces: readonly Piece[], expect: V1.Expect | undefined): SqlPiece[] {
  return pieces.map(({ sql, countable = null }, index) => {
    const entry = expect?.statements === undefined ? expect : expect.statements[index];
    const expected = countable === null || !entry ? null : toExpected(entry);
    return { sql, countable, expected };
  });
}
