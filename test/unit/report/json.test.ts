import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { jsonPieces, toJson } from '../../../src/report/json.js';

describe('the pieces of a document', () => {
  test.prop([fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 8 }))])(
    'are its JSON, to the byte',
    (document) => {
      expect([...jsonPieces(document)].join('')).toBe(toJson(document));
    },
  );

  it('leave out what JSON does', () => {
    const document = { a: undefined, b: [{ c: undefined, d: [] }], e: { f: undefined } };
    expect([...jsonPieces(document)].join('')).toBe(toJson(document));
  });

  it('are small where the document is large', () => {
    const tasks = Array.from({ length: 1_000 }, (_, number) => ({ number, sql: 'VACUUM "t"' }));
    const document = { steps: [{ id: 'a', tasks }] };
    const longest = Math.max(...[...jsonPieces(document)].map((piece) => piece.length));
    expect(longest).toBeLessThan(200);
  });
});
