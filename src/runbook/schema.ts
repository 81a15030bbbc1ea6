import type { ErrorObject, ValidateFunction } from 'ajv';
import { makeValidator as makeInventoryValidator } from '../generated/inventory.v1.validator.js';
import { makeValidator as makeRunbookValidator } from '../generated/runbook.v1.validator.js';
import { INVENTORY, RUNBOOK, type FileFormat } from './file-format.js';
import { TEXT_FORMATS } from './formats.js';

const accepts = Object.fromEntries(
  Object.entries(TEXT_FORMATS).map(([name, format]) => [name, format.accepts]),
);

const validators = new Map<FileFormat, ValidateFunction>([
  [RUNBOOK, makeRunbookValidator(accepts)],
  [INVENTORY, makeInventoryValidator(accepts)],
]);

/** Checks a content against the schema of the format. */
export function validateAgainstSchema(
  content: unknown,
  format: FileFormat,
): readonly ErrorObject[] {
  const validate = validators.get(format);
  if (validate === undefined) throw new Error(`no schema of ${format.one}`);
  return validate(content) ? [] : (validate.errors ?? []);
}
