import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { TEXT_FORMATS } from './formats.js';
import { readRunbookSchema } from './read.js';

let validator: ValidateFunction | undefined;

/** Compiling the schema is the costly part; one process needs it once. */
function compile(): ValidateFunction {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    discriminator: true,
    verbose: true,
  });
  for (const [name, format] of Object.entries(TEXT_FORMATS)) ajv.addFormat(name, format.accepts);
  return ajv.compile(readRunbookSchema());
}

/** Checks a content against the schema of the format. */
export function validateAgainstSchema(content: unknown): readonly ErrorObject[] {
  validator ??= compile();
  return validator(content) ? [] : (validator.errors ?? []);
}
