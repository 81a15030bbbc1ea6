import type { SqlPiece } from '../../model/runbook.js';
import { quoteDollar, quoteLiteral } from '../../sql/quote.js';
import { UNEXPECTED_ROWS } from '../../model/sqlstate-texts.js';
import { ATTEMPT_SETTING } from '../completion.js';

type Expected = NonNullable<SqlPiece['expected']>;

/** `1`, `1 to 5`, `at least 1`, `at most 5`. */
export function describeExpected({ min_rows: minRows, max_rows: maxRows }: Expected): string {
  if (minRows === maxRows) return String(minRows);
  if (maxRows === undefined) return `at least ${String(minRows ?? 0)}`;
  return minRows === undefined
    ? `at most ${String(maxRows)}`
    : `${String(minRows)} to ${String(maxRows)}`;
}

/** Both sides have one type: an operator of just these types in the user's search_path would win over a cast. */
function misses({ min_rows: minRows, max_rows: maxRows }: Expected): string {
  const bounds = [
    ...(minRows === undefined ? [] : [`counted < ${String(minRows)}::bigint`]),
    ...(maxRows === undefined ? [] : [`counted > ${String(maxRows)}::bigint`]),
  ];
  return minRows === maxRows ? `counted <> ${String(minRows)}::bigint` : bounds.join(' OR ');
}

/** A query's rows are counted one by one: PL/pgSQL would keep all those of an EXECUTE in memory. */
function execute(sql: string, returnsRows: boolean): string {
  const text = quoteDollar(`\n${sql.trim()}\n`, 'statement');
  return returnsRows
    ? `  FOR one IN EXECUTE ${text} LOOP
    counted := counted + 1::bigint;
  END LOOP;`
    : `  EXECUTE ${text};
  GET DIAGNOSTICS counted = ROW_COUNT;`;
}

/**
 * A statement within a block that counts its rows in the transaction, before anybody commits: other
 * numbers than expected raise an error, and the right one is kept with the completion marker.
 * Whatever role the user's SQL has set, the record needs the one that may write the ledger.
 */
export function renderExpecting(piece: SqlPiece, expected: Expected, number: number): string {
  const {
    tag,
    name,
    returns_rows: returnsRows,
  } = piece.countable ?? {
    ...{ tag: '', name: '', returns_rows: false },
  };
  const [before, after] = [
    `statement ${String(number)} (${name}): `,
    ` rows, expected ${describeExpected(expected)}`,
  ].map(quoteLiteral);
  const block = `
DECLARE
  counted bigint := 0;
  one record;
  role text := pg_catalog.current_setting('role');
BEGIN
${execute(piece.sql, returnsRows)}
  IF ${misses(expected)} THEN
    RAISE EXCEPTION USING ERRCODE = '${UNEXPECTED_ROWS}', DETAIL = 'All that the step had done is rolled back.',
      MESSAGE = pg_catalog.concat(${String(before)}, counted, ${String(after)});
  END IF;
  PERFORM pg_catalog.set_config('role', 'none', true);
  INSERT INTO runbook.statement_rows (attempt_id, statement, tag, rows)
  VALUES (pg_catalog.current_setting('${ATTEMPT_SETTING}'), ${String(number)}, '${tag}', counted);
  PERFORM pg_catalog.set_config('role', role, true);
END `;
  return `DO ${quoteDollar(block, 'expect')};`;
}
