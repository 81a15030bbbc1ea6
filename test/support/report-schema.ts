import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect } from 'vitest';
import { ROOT } from './root.js';

const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  formats: { 'date-time': isTimestamp },
});
const compile = (name: string): ValidateFunction =>
  ajv.compile(JSON.parse(readFileSync(join(ROOT, 'schemas', name), 'utf8')) as object);
const report = compile('report.v1.schema.json');
const inventoryReport = compile('inventory-report.v1.schema.json');

/** A report is as its schema says, whoever wrote it: an engine, or the ledger's own functions. */
export function expectValidReport(document: unknown): void {
  expect([report(document), report.errors]).toEqual([true, null]);
}

/** The same of what run --inventory writes. */
export function expectValidInventoryReport(document: unknown): void {
  expect([inventoryReport(document), inventoryReport.errors]).toEqual([true, null]);
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
