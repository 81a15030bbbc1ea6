import type { Facts } from '../generated/report.v1.js';
import { formatSize } from '../model/size.js';
import { formatNumber } from '../model/phrases.js';

/** A fact that has a column of its own where any relation has it. */
export interface KnownFact {
  readonly key: string;
  readonly title: string;
  readonly show: (value: number) => string;
}

/** In the order in which they are asked for. */
export const KNOWN_FACTS: readonly KnownFact[] = [
  { key: 'size_bytes', title: 'Size', show: formatSize },
  { key: 'dead_rows', title: 'Dead rows', show: formatNumber },
  { key: 'bloat', title: 'Bloat', show: (value) => `${String(Math.round(value * 100))} %` },
  { key: 'xid_age', title: 'Xid age', show: formatNumber },
  { key: 'mxid_age', title: 'Mxid age', show: formatNumber },
  { key: 'modified_rows', title: 'Modified rows', show: formatNumber },
];

/**
 * Moments in seconds since 1970, and what a judgement compares: the counters say the same in words. OIDs of leftovers:
 * their number is a fact, and the attempt's messages have their names.
 */
const TOLD_ELSEWHERE = [
  ...['last_vacuum', 'last_toast_vacuum', 'last_analyze', 'looked_at'],
  ...['oldest_xmin', 'frozen_xid', 'timeline', 'leftover_oids', 'index_files', 'index_oid'],
];

/** The facts that have no column, each with what it was and what it became; what stayed is left out. */
export function otherFacts(before: Facts | null, after: Facts | null): string[] {
  if (before === null || after === null) return [];
  const known = new Set([...KNOWN_FACTS.map(({ key }) => key), ...TOLD_ELSEWHERE]);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !known.has(key) && before[key] !== after[key])
    .toSorted()
    .map((key) => `${key} ${shown(before[key])} → ${shown(after[key])}`);
}

const shown = (value: Facts[string] | undefined): string =>
  value === undefined || value === null ? '–' : String(value);
