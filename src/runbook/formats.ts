import type { DiagnosticCode } from './diagnostic-texts.js';
import { parseAge, parseDuration } from '../model/duration.js';
import { isExact, parseRelationGlob } from '../model/relation-glob.js';
import { parseSize } from '../model/size.js';
import { CONDITION_NAMES, toSqlstate } from './conditions.js';
import { nearest } from '../model/nearest.js';

/** A kind of text in the format: how to tell it, and what to say when it is none. */
export interface TextFormat {
  readonly code: DiagnosticCode;
  readonly accepts: (text: string) => boolean;
  /** What the text should have been, as in "must be …". */
  readonly wanted: string;
  readonly hint: (value: unknown) => string | undefined;
}

function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function isRelationName(text: string): boolean {
  const glob = parseRelationGlob(text);
  return glob !== undefined && isExact(glob.schema) && isExact(glob.name);
}

function hintForDuration(value: unknown): string {
  if (typeof value === 'number' || /^\d+$/.test(String(value))) {
    return `A duration needs a unit: ${String(value)}s or ${String(value)}m.`;
  }
  return 'Durations look like 500ms, 90s, 20m, 1h30m, 2d or 1w (24 days at most).';
}

function hintForAge(value: unknown): string {
  if (typeof value === 'number' || /^\d+$/.test(String(value))) {
    return `An age needs a unit: ${String(value)}h or ${String(value)}d.`;
  }
  return 'Ages look like 26h, 90d, 12w or 1y (1000 years at most).';
}

function hintForSize(value: unknown): string {
  if (typeof value === 'number' || /^\d+$/.test(String(value))) {
    return `A size needs a unit: ${String(value)}kB or ${String(value)}MB.`;
  }
  return "Sizes look like 512kB, 100MB or 1.5GB; PostgreSQL's units are case-sensitive.";
}

function hintForGlob(value: unknown): string {
  const text = String(value);
  return /^[^."]+$/.test(text)
    ? `Name the schema as well, like public.${text}.`
    : 'Patterns look like public.* or app.order_?; quote a part to take it literally: public."a.b".';
}

function didYouMean(value: unknown, candidates: readonly string[]): string | undefined {
  const near = nearest(String(value), candidates);
  return near === undefined ? undefined : `Did you mean \`${near}\`?`;
}

/** The custom formats of the schema, by the name that it gives them. */
export const TEXT_FORMATS: Readonly<Record<string, TextFormat>> = {
  duration: {
    code: 'bad-duration',
    accepts: (text) => parseDuration(text) !== undefined,
    wanted: 'a duration',
    hint: hintForDuration,
  },
  age: {
    code: 'bad-duration',
    accepts: (text) => parseAge(text) !== undefined,
    wanted: 'an age',
    hint: hintForAge,
  },
  'byte-size': {
    code: 'bad-size',
    accepts: (text) => parseSize(text) !== undefined,
    wanted: 'a size',
    hint: hintForSize,
  },
  'relation-glob': {
    code: 'bad-glob',
    accepts: (text) => parseRelationGlob(text) !== undefined,
    wanted: 'a pattern of the form schema.name',
    hint: hintForGlob,
  },
  'relation-name': {
    code: 'bad-relation',
    accepts: isRelationName,
    wanted: 'one table of the form schema.name',
    hint: (value) =>
      /[*?]/.test(String(value)) ? 'Exactly one table: no wildcards here.' : hintForGlob(value),
  },
  'time-zone': {
    code: 'bad-time-zone',
    accepts: isTimeZone,
    wanted: 'an IANA time zone',
    hint: (value) =>
      didYouMean(value, Intl.supportedValuesOf('timeZone')) ?? 'Like Europe/Berlin or UTC.',
  },
  'sqlstate-condition': {
    code: 'bad-condition',
    accepts: (text) => toSqlstate(text) !== undefined,
    wanted: 'a condition name or an SQLSTATE of PostgreSQL',
    hint: (value) => didYouMean(value, CONDITION_NAMES) ?? 'Like lock_not_available or 55P03.',
  },
};
