import type { Target } from '../../generated/plan.v1.js';
import type { BatchSpec } from '../../model/runbook.js';

/** What a walk over a table needs to know of it; kept with the target, as JSON where it is a list. */
export interface WalkFacts {
  /** From 1. */
  readonly part: number;
  /** The keys between the parts, a JSON array of JSON arrays. */
  readonly cuts: string;
  /** SQL types of the key's columns. */
  readonly keyTypes: readonly string[];
  /** The schema of the operators that order the key, where it is not PostgreSQL's own. */
  readonly operatorSchema: string | null;
  /** Columns that the archive takes. */
  readonly archiveColumns: readonly string[];
  readonly archiveOid: number | null;
  /** The archive as it is written in SQL. */
  readonly archive: string | null;
  /** Columns that the walk reads its key from and writes to, as they must stay; a JSON array. */
  readonly columns: string;
  readonly event: 'update' | 'delete';
  /** The share of the table's blocks, in percent, that makes a sample. */
  readonly samplePercent: number;
}

export function writeFacts(facts: WalkFacts): Target['facts'] {
  return {
    part: facts.part,
    cuts: facts.cuts,
    key_types: JSON.stringify(facts.keyTypes),
    operator_schema: facts.operatorSchema,
    archive_columns: JSON.stringify(facts.archiveColumns),
    archive_oid: facts.archiveOid,
    archive: facts.archive,
    columns: facts.columns,
    event: facts.event,
    sample_percent: facts.samplePercent,
  };
}

/** Reads back what {@link writeFacts} wrote. */
export function readFacts({ facts }: Pick<Target, 'facts'>): WalkFacts {
  return {
    part: Number(facts['part']),
    cuts: String(facts['cuts']),
    keyTypes: asList(facts['key_types']),
    operatorSchema: asText(facts['operator_schema']),
    archiveColumns: asList(facts['archive_columns']),
    archiveOid: facts['archive_oid'] === null ? null : Number(facts['archive_oid']),
    archive: asText(facts['archive']),
    columns: String(facts['columns']),
    event: facts['event'] === 'update' ? 'update' : 'delete',
    samplePercent: Number(facts['sample_percent']),
  };
}

/** Facts for showing what a walk sends before a server was asked. */
export function unknownFacts({ key }: Pick<BatchSpec, 'key'>): WalkFacts {
  return {
    part: 1,
    cuts: '[]',
    keyTypes: key.map(() => 'type of key'),
    operatorSchema: null,
    archiveColumns: ['columns'],
    archiveOid: null,
    archive: null,
    columns: '[]',
    event: 'update',
    samplePercent: 0,
  };
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function asList(value: unknown): string[] {
  return JSON.parse(String(value)) as string[];
}
