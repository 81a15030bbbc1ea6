import type { ErrorObject } from 'ajv';
import { makeValidator } from '../generated/runbook.v1.validator.js';
import { TEXT_FORMATS } from './formats.js';

const validate = makeValidator(
  Object.fromEntries(Object.entries(TEXT_FORMATS).map(([name, { accepts }]) => [name, accepts])),
);

/** Checks a content against the schema of the format. */
export function validateAgainstSchema(content: unknown): readonly ErrorObject[] {
  return validate(content) ? [] : (validate.errors ?? []);
}
