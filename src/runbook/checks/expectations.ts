import type { Countable } from '../../sql/countable.js';
import { countable } from '../../sql/countable.js';
import type { SqlStatement } from '../../sql/parser.js';
import { contentAt, isContent, listAt, numberAt, type RawStep } from '../content.js';
import type { Path, Problem } from '../diagnostic.js';

const WHICH = 'Rows can be expected of INSERT, UPDATE, DELETE, MERGE and SELECT (not SELECT INTO).';

/** Finds what `expect` says of the statements of a sql step that cannot be. */
export function checkExpectations(
  statements: readonly SqlStatement[],
  step: RawStep,
): readonly Problem[] {
  if (!Object.hasOwn(step.body, 'expect')) return [];
  const path = [...step.path, 'expect'];
  if (step.body['transaction'] === false) return [withoutTransaction(path)];
  const expect = contentAt(step.body, 'expect');
  const counted = statements.map(countable);
  if (!Object.hasOwn(expect, 'statements')) {
    return [...checkBounds(expect, path), ...checkOnly(counted, path)];
  }
  const alone = Object.keys(expect).length === 1;
  return alone
    ? checkEach(expect, counted, path)
    : [misfit(path, '`statements` stands beside a number of rows', 'Keep one of them.')];
}

function misfit(path: Path, message: string, hint: string): Problem {
  return { code: 'expect-misfit', message, hint, path, at: 'key' };
}

function withoutTransaction(path: Path): Problem {
  return {
    code: 'expect-without-transaction',
    message: '`expect` cannot stand beside `transaction: false`: nothing could be rolled back',
    hint: 'Remove one of them; a `check` of the rows can be a step of its own.',
    ...{ path, at: 'key' },
  };
}

function checkBounds(expected: Record<string, unknown>, path: Path): Problem[] {
  const [fewest, most] = [numberAt(expected, 'min_rows'), numberAt(expected, 'max_rows')];
  if (Object.hasOwn(expected, 'rows') && Object.keys(expected).length > 1) {
    return [misfit(path, '`rows` stands beside a bound', 'Write `rows`, or the bounds.')];
  }
  if (fewest === undefined || most === undefined || fewest <= most) return [];
  return [{ code: 'min-over-max', message: 'min_rows is above max_rows', path }];
}

/** Without a place, a number can mean one statement only: a sum would let one make up for another. */
function checkOnly(counted: readonly (Countable | undefined)[], path: Path): Problem[] {
  const n = counted.filter((one) => one !== undefined).length;
  if (n === 1) return [];
  if (n === 0) return [misfit(path, 'no statement here has rows that can be expected', WHICH)];
  const message = `${String(n)} statements here have rows, and \`expect\` does not say which it means`;
  const hint = 'Write `expect: { statements: […] }` with an entry for each statement, or null.';
  return [misfit(path, message, hint)];
}

function checkEach(
  expect: Record<string, unknown>,
  counted: readonly (Countable | undefined)[],
  path: Path,
): Problem[] {
  const entries = listAt(expect, 'statements');
  if (entries.length !== counted.length) {
    const message = `\`statements\` has ${String(entries.length)} entries, the SQL has ${String(counted.length)} statements`;
    return [
      misfit([...path, 'statements'], message, 'Write null for one that may do what it does.'),
    ];
  }
  return entries.flatMap((entry, index) => {
    if (!isContent(entry)) return [];
    const at = [...path, 'statements', index];
    return counted[index] === undefined
      ? [misfit(at, `statement ${String(index + 1)} has no rows that can be expected`, WHICH)]
      : checkBounds(entry, at);
  });
}
