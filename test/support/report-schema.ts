import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'vitest';
import { ROOT } from './root.js';

const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  formats: { 'date-time': isTimestamp },
});
const validate = ajv.compile(
  JSON.parse(readFileSync(join(ROOT, 'schemas', 'report.v1.schema.json'), 'utf8')) as object,
);

/** A report is as its schema says, whoever wrote it: an engine, or the ledger's own functions. */
export function expectValidReport(report: unknown): void {
  expect([validate(report), validate.errors]).toEqual([true, null]);
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
