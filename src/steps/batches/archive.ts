import { RunbookError } from '../../errors.js';
import type { Column, WalkedTable } from './table.js';

/** Types that take every value of another one. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer', 'bigint', 'numeric'],
  integer: ['bigint', 'numeric'],
  bigint: ['numeric'],
  real: ['double precision'],
  'character varying': ['text'],
  character: ['text', 'character varying'],
};

/** An INSERT would cast the values to a narrower type, silently, and the originals are deleted. */
function requireRoom(column: Column, archive: WalkedTable): void {
  const room = archive.columns.find(({ name }) => name === column.name);
  if (room === undefined || room.generated || room.type === column.type) return;
  const unbounded = room.type === room.base;
  if (unbounded && [column.base, ...(WIDER[column.base] ?? [])].includes(room.base)) return;
  throw new RunbookError(
    'step_refused',
    `archive_to: column "${column.name}" of ${archive.name} is ${room.type}, and its values are ${column.type}`,
    { sqlstate: '42804', hint: 'They might lose something: give it the same type.' },
  );
}

/**
 * The columns that go into an archive: all of the table's but those that the archive computes itself.
 * @throws RunbookError `step_refused` when data would be lost.
 */
export function archiveColumns(table: WalkedTable, archive: WalkedTable): string[] {
  if (archive.oid === table.oid) {
    throw new RunbookError(
      'step_refused',
      `archive_to: ${archive.name} is the purged table itself`,
      {
        hint: 'Name another table.',
      },
    );
  }
  const missing = table.columns.filter(
    (column) => !archive.columns.some(({ name }) => name === column.name),
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => `"${name}"`).join(', ');
    throw new RunbookError('step_refused', `archive_to: ${archive.name} has no column ${names}`, {
      sqlstate: '42703',
      hint: 'Their values would be lost: add the columns to the archive.',
    });
  }
  for (const column of table.columns) requireRoom(column, archive);
  return table.columns
    .filter(({ name }) => !archive.columns.some((c) => c.name === name && c.generated))
    .map(({ name }) => name);
}
