import type { Lock } from '../../generated/plan.v1.js';
import { listSome } from '../../model/phrases.js';

type Activity = NonNullable<Lock['blocks']>[number];

/** From the one that hurts most to the one that hurts least. */
const NAMES: Readonly<Record<Activity, string>> = {
  reads: 'reads',
  row_locks: 'row locks',
  writes: 'writes',
  maintenance: 'maintenance',
  ddl: 'DDL',
};

/** A sentence names so many relations; all of them are in the JSON. */
const MOST_NAMES = 5;

/** The locks of a step for people: a sentence for all that block the same. Pure. */
export function lockNotes(locks: readonly Lock[]): string[] {
  const told = locks.filter(({ mode }) => mode !== null);
  const untold = locks.filter(({ mode }) => mode === null).map(({ on }) => on);
  const alike = new Map<string, Lock[]>();
  for (const lock of told) {
    const effect = `${describeTime(lock)}: ${describeEffect(lock)}`;
    alike.set(effect, [...(alike.get(effect) ?? []), lock]);
  }
  return [
    ...[...alike].map(([effect, group]) => `locks ${describeModes(group)}${effect}`),
    ...(untold.length === 0
      ? []
      : [`locks that its text does not tell: those of ${listSome(untold, MOST_NAMES)}`]),
  ];
}

/** What others must do without while a step runs, for one cell of a table. Pure. */
export function summarizeLocks(locks: readonly Lock[]): string {
  const blocked = (held: Lock['held']): Activity[] =>
    locks.filter((lock) => lock.held === held).flatMap(({ blocks }) => blocks ?? []);
  const lasting = blocked('throughout');
  const brief = blocked('briefly');
  const parts = [
    ...(lasting.length === 0 ? [] : [`${isMild(lasting) ? 'nothing but ' : ''}${list(lasting)}`]),
    ...(brief.every((what) => lasting.includes(what)) ? [] : [`briefly ${list(brief)}`]),
    ...(locks.some(({ mode }) => mode === null) ? ['what its text does not tell'] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

const isMild = (blocks: readonly Activity[]): boolean =>
  !blocks.some((what) => ['reads', 'row_locks', 'writes'].includes(what));

function list(blocks: readonly Activity[]): string {
  const names = Object.entries(NAMES).filter(([what]) => blocks.some((one) => one === what));
  return names.length === Object.keys(NAMES).length
    ? 'everything'
    : names.map(([, name]) => name).join(', ');
}

function describeTime({ held, note }: Lock): string {
  return `${held === 'briefly' ? ', briefly' : ''}${note === null ? '' : ` (${note})`}`;
}

function describeEffect({ blocks }: Lock): string {
  const goesOn = (['reads', 'writes'] as const).filter((what) => blocks?.includes(what) === false);
  const rest = goesOn.length === 0 ? '' : `; ${goesOn.join(' and ')} go on`;
  return `blocks ${list(blocks ?? [])}${rest}`;
}

function describeModes(group: readonly Lock[]): string {
  const modes = [...new Set(group.map(({ mode }) => mode ?? ''))];
  return modes
    .map((mode) => {
      const names = group.filter((lock) => lock.mode === mode).map(({ on }) => on);
      return `${mode} on ${listSome(names, MOST_NAMES)}`;
    })
    .join('; ');
}
