import { contentAt, isContent, listAt, rawSteps, textAt } from './content.js';
import type { Path } from './diagnostic.js';

/** A text of the runbook that PostgreSQL reads as SQL. */
export interface SqlText {
  readonly path: Path;
  readonly sql: string;
  /** A command of a sql step, a guard's query, or an expression such as a condition. */
  readonly role: 'step' | 'guard' | 'expression';
}

function text(path: Path, sql: string | undefined, role: SqlText['role']): SqlText[] {
  return sql === undefined ? [] : [{ path, sql, role }];
}

function stepTexts(root: unknown): SqlText[] {
  return rawSteps(root).flatMap(({ body, path }) => [
    ...text([...path, 'sql'], textAt(body, 'sql'), 'step'),
    ...['backfill', 'purge'].flatMap((kind) => [
      ...text([...path, kind, 'where'], textAt(contentAt(body, kind), 'where'), 'expression'),
      ...text(
        [...path, kind, 'throttle', 'sql'],
        textAt(contentAt(contentAt(body, kind), 'throttle'), 'sql'),
        'guard',
      ),
    ]),
    ...Object.entries(contentAt(contentAt(body, 'backfill'), 'set')).flatMap(([column, value]) =>
      text(
        [...path, 'backfill', 'set', column],
        typeof value === 'string' ? value : undefined,
        'expression',
      ),
    ),
  ]);
}

/** All SQL of a runbook: sql steps, conditions and expressions of batches, guards. */
export function sqlTexts(root: unknown): readonly SqlText[] {
  const guards = listAt(root, 'guards').flatMap((guard, index) =>
    isContent(guard) ? text(['guards', index, 'sql'], textAt(guard, 'sql'), 'guard') : [],
  );
  return [...guards, ...stepTexts(root)];
}

const SQL_PATH =
  /^(?:guards\/\d+\/sql|steps\/\d+\/(?:sql|backfill\/where|backfill\/set\/[^]*|purge\/where|(?:backfill|purge)\/throttle\/sql))$/;

/** True for the place of an SQL text. */
export function isSqlPath(path: Path): boolean {
  return SQL_PATH.test(path.join('/'));
}
