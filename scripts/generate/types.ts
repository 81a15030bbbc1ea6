import { compile } from 'json-schema-to-typescript';

const BANNER =
  '// Generated from schemas/ by `npm run generate`. Do not edit.\n/* eslint-disable */';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** `oneOf` branches that only say `required` constrain values; as types they would blur the object. */
function withoutRequiredBranches(node: Json): Json {
  if (Array.isArray(node)) return node.map(withoutRequiredBranches);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).filter(([key, value]) => !isRequiredOnly(key, value));
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutRequiredBranches(value)]));
}

function isRequiredOnly(key: string, value: Json): boolean {
  return (
    key === 'oneOf' &&
    Array.isArray(value) &&
    value.every((branch) => JSON.stringify(Object.keys(branch as object)) === '["required"]')
  );
}

/** `$ref` beside other keys makes the generator drop them; only the reference matters to a type. */
function withBareReferences(node: Json): Json {
  if (Array.isArray(node)) return node.map(withBareReferences);
  if (node === null || typeof node !== 'object') return node;
  if (typeof node['$ref'] === 'string') return { $ref: node['$ref'] };
  return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, withBareReferences(v)]));
}

/** The types of a schema. */
export function typesOf(schema: object, name: string): Promise<string> {
  return compile(withBareReferences(withoutRequiredBranches(schema as Json)) as object, name, {
    bannerComment: BANNER,
    additionalProperties: false,
    format: false,
  });
}
