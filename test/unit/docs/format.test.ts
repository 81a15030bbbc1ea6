import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatReference, type Schema } from '../../../scripts/generate/format.js';
import { ROOT } from '../../support/root.js';

const text = readFileSync(join(ROOT, 'docs', 'format.md'), 'utf8');
const schema = JSON.parse(
  readFileSync(join(ROOT, 'schemas', 'runbook.v1.schema.json'), 'utf8'),
) as Schema;

/** The keys of a section, nested ones too. */
function keysBelow(heading: string): string[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^ *- \*\*`(.*)`\*\*/gm)].map((match) => match[1]!);
}

function keysOf(node: Schema | undefined): string[] {
  return Object.entries(node?.properties ?? node?.items?.properties ?? {}).flatMap(
    ([key, value]) => [key, ...(value.$ref === undefined ? keysOf(value) : [])],
  );
}

// That it is what the schema gives is checked by `npm run check`.
describe('docs/format.md', () => {
  it.each([['runbook', schema] as const, ...Object.entries(schema.definitions ?? {})])(
    'has a section for %s, with every key',
    (name, node) => {
      const heading = name.replaceAll('_', ' ');
      expect(text).toContain(`\n## ${heading}\n`);
      expect(keysBelow(heading)).toEqual(keysOf(node));
    },
  );

  it('describes every key', () => {
    expect(text.match(/^ *- \*\*`.*`\*\* \(.*\) *$/gm) ?? []).toEqual([]);
  });

  it('shows type, range, default and what a key needs', () => {
    const made = formatReference({
      description: 'A thing.',
      required: ['a'],
      dependencies: { a: ['b'] },
      properties: {
        a: { type: 'integer', minimum: 1, maximum: 9, description: 'How many. Default 2.' },
        b: { $ref: '#/definitions/some_names' },
      },
      definitions: {
        some_names: { type: 'array', minItems: 1, items: { type: 'string' }, description: 'Who.' },
      },
    });
    expect(made).toContain(
      '- **`a`** (integer from 1 to 9, required, only with `b`, default `2`) How many.\n' +
        '- **`b`** ([some names](#some-names)) Who.\n',
    );
    expect(made).toContain('## some names\n\nList of string, not empty. Who. \n');
  });
});
