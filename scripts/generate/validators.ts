import { Ajv, _ } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { TEXT_FORMATS } from '../../src/runbook/formats.js';

const HEAD = `// Generated from schemas/ by \`npm run generate\`. Do not edit.
/* eslint-disable */
// @ts-nocheck
import { createRequire } from 'node:module';
import type { ValidateFunction } from 'ajv';

/** The schema as code: each process would spend more time on compiling it than on all that it checks by it. */
export function makeValidator(formats: Readonly<Record<string, (text: string) => boolean>>): ValidateFunction {
const require = createRequire(import.meta.url);
`;

const EXPORTS = /^export const validate = (\w+);\s*export default \w+;$/m;

/** A schema compiled to a function of the formats that it names, which finds every error and tells each with its context. */
export function validatorOf(schema: object): string {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    discriminator: true,
    verbose: true,
    formats: Object.fromEntries(
      Object.entries(TEXT_FORMATS).map(([name, { accepts }]) => [name, accepts]),
    ),
    code: { source: true, esm: true, lines: true, formats: _`formats` },
  });
  const text = standaloneCode.default(ajv, ajv.compile(withoutDescriptions(schema) as object));
  const name = EXPORTS.exec(text)?.[1];
  if (name === undefined) throw new Error('the compiled schema has another shape');
  return `${HEAD}${text.replace(EXPORTS, '').replace('"use strict";', '')}\nreturn ${name};\n}\n`;
}

/** Errors carry their part of the schema; what it says to people would be most of the code. */
function withoutDescriptions(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutDescriptions);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).filter(
    ([key, value]) => key !== 'description' || typeof value !== 'string',
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutDescriptions(value)]));
}
