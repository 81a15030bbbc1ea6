import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { isScalar, parseDocument, stringify, type Scalar } from 'yaml';
import { offsetInScalar } from '../../../src/runbook/scalar-offset.js';

const STYLES = ['BLOCK_LITERAL', 'BLOCK_FOLDED', 'PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE'] as const;
const text = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', '\n', "'", '"', 'é', '\\', '  '),
  minLength: 1,
});

function scalarIn(source: string): Scalar {
  const node = parseDocument(source).get('sql', true);
  if (!isScalar(node)) throw new Error('no scalar');
  return node;
}

describe('an index in a scalar', () => {
  test.prop([text, fc.constantFrom(...STYLES), fc.nat()])(
    'leads to the very character in the source, whatever the style',
    (value, defaultStringType, seed) => {
      const source = stringify({ a: 1, sql: value }, { defaultStringType, lineWidth: 40 });
      const node = scalarIn(source);
      const index = seed % value.length;
      const char = String(node.value).charAt(index);
      if (/\s/.test(char) || char === '') return;
      const found = source.slice(offsetInScalar(source, node, index));
      expect(found.startsWith(char) || found.startsWith(`\\${char}`)).toBe(true);
    },
  );
});
