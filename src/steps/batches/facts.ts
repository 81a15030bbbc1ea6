import type { Target } from '../../generated/plan.v1.js';

/** What a walk over a table needs to know of it; kept with the target, as JSON where it is a list. */
export interface WalkFacts {
  /** From 1, of so many. */
  readonly part: number;
  readonly parts: number;
  /** The keys between which the part lies, each a JSON array; null: open. */
  readonly above: string | null;
  readonly upto: string | null;
  /** SQL types of the key's columns. */
  readonly keyTypes: readonly string[];
  /** Columns that the archive takes. */
  readonly archiveColumns: readonly string[];
  readonly archiveOid: number | null;
  /** The share of the table's blocks, in percent, that makes a sample. */
  readonly samplePercent: number;
}

export function writeFacts(facts: WalkFacts): Target['facts'] {
  return {
    part: facts.part,
    parts: facts.parts,
    above: facts.above,
    upto: facts.upto,
    key_types: JSON.stringify(facts.keyTypes),
    archive_columns: JSON.stringify(facts.archiveColumns),
    archive_oid: facts.archiveOid,
    sample_percent: facts.samplePercent,
  };
}

/** Reads back what {@link writeFacts} wrote. */
export function readFacts({ facts }: Pick<Target, 'facts'>): WalkFacts {
  return {
    part: Number(facts['part']),
    parts: Number(facts['parts']),
    above: asText(facts['above']),
    upto: asText(facts['upto']),
    keyTypes: asList(facts['key_types']),
    archiveColumns: asList(facts['archive_columns']),
    archiveOid: facts['archive_oid'] === null ? null : Number(facts['archive_oid']),
    samplePercent: Number(facts['sample_percent']),
  };
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function asList(value: unknown): string[] {
  return JSON.parse(String(value)) as string[];
}
