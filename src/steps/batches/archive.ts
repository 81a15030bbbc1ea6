import { RunbookError } from '../../errors.js';
import type { WalkedTable } from './table.js';

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
  return table.columns
    .filter(({ name }) => !archive.columns.some((c) => c.name === name && c.generated))
    .map(({ name }) => name);
}
