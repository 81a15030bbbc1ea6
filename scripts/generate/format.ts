/** The reference of the runbook format, from its schema. Pure. */

export interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly $ref?: string;
  readonly items?: Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const INTRODUCTION = `<!-- Generated from schemas/runbook.v1.schema.json by \`npm run generate\`. Do not edit. -->

# The runbook format

Every key of \`pg-runbook/v1\`, as [the schema](../schemas/runbook.v1.schema.json) has it. Keys that are not here are
errors, and so are keys that stand twice. What each kind of step selects, locks and proves is in [the
kinds](kinds.md); examples are in [runbooks/](../runbooks). A \`\${name}\` of a parameter may stand for a value or a part
of one, but not in names, versions, ids, \`needs\` and SQL.
`;

/** Kinds that share a section of docs/kinds.md. */
const KIND_SECTIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['vacuum', 'analyze', 'reindex', 'refresh'].map((kind) => [kind, kind])),
  backfill: 'backfill-and-purge',
  purge: 'backfill-and-purge',
};

/** A section for the runbook and each definition: first objects in the order of their use, then plain values. */
export function formatReference(root: Schema): string {
  const used = [...new Set(referencesIn(root, root))];
  const inOrder = used.map((name) => [name, definitionOf(root, name)] as const);
  const hasKeys = ([, schema]: readonly [string, Schema]): boolean => keysOf(schema) !== undefined;
  return [
    INTRODUCTION,
    ...[['runbook', root] as const, ...inOrder.filter(hasKeys)].map(([name, schema]) =>
      section(root, name, schema),
    ),
    ...inOrder
      .filter((entry) => !hasKeys(entry))
      .map(([name, schema]) => section(root, name, schema)),
  ].join('\n');
}

function definitionOf(root: Schema, name: string): Schema {
  const found = root.definitions?.[name];
  if (found === undefined) throw new Error(`the schema has no definition ${name}`);
  return found;
}

/** The keys of an object, or of the objects of a list. */
const keysOf = (schema: Schema): Schema['properties'] =>
  schema.properties ?? schema.items?.properties;

/** The names of definitions, each as often as it is met on the way down. */
function referencesIn(node: Schema, root: Schema): string[] {
  const children = [
    ...Object.values(node.properties ?? {}),
    ...(typeof node.additionalProperties === 'object' ? [node.additionalProperties] : []),
    ...(node.items === undefined ? [] : [node.items]),
    ...(node.oneOf ?? []),
  ];
  const name = referenced(node);
  return [
    ...(name === undefined ? [] : [name, ...referencesIn(definitionOf(root, name), root)]),
    ...children.flatMap((child) => referencesIn(child, root)),
  ];
}

const referenced = ({ $ref }: Schema): string | undefined => $ref?.replace('#/definitions/', '');
const titleOf = (name: string): string => name.replaceAll('_', ' ');
const linkTo = (name: string): string => `[${titleOf(name)}](#${name.replaceAll('_', '-')})`;
const either = (words: readonly string[]): string =>
  words.join(', ').replace(/, ([^,]*)$/, ' or $1');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const code = (text: string): string => `\`${text}\``;

function section(root: Schema, name: string, schema: Schema): string {
  const kind = KIND_SECTIONS[name];
  const plain = schema.properties === undefined ? `${capital(typeOf(schema))}. ` : '';
  return `## ${titleOf(name)}

${plain}${schema.description ?? ''} ${choices(schema)}
${kind === undefined ? '' : `\nMore in [the kinds](kinds.md#${kind}).\n`}
${keys(root, schema, '')}`;
}

function keys(root: Schema, schema: Schema, indent: string): string {
  const { required = [], dependencies = {} } =
    schema.properties === undefined ? (schema.items ?? {}) : schema;
  return Object.entries(keysOf(schema) ?? {})
    .map(([key, value]) => {
      const { text, fallback } = explained(root, value);
      const attributes = [
        typeOf(value),
        ...(required.includes(key) ? ['required'] : []),
        ...(dependencies[key] ?? []).map((other) => `only with ${code(other)}`),
        ...(fallback === undefined ? [] : [`default ${fallback}`]),
      ];
      const nested = value.$ref === undefined ? keys(root, value, `${indent}  `) : '';
      return `${indent}- **${code(key)}** (${attributes.join(', ')}) ${text}\n${nested}`;
    })
    .join('');
}

/** The description, of the key or else of what it refers to, and the default that stands at its end. */
function explained(root: Schema, schema: Schema): { text: string; fallback: string | undefined } {
  const name = referenced(schema);
  const told =
    schema.description ?? (name === undefined ? '' : definitionOf(root, name).description);
  const [, text = told ?? '', fallback] = /^(.*) Default:? (.+)\.$/.exec(told ?? '') ?? [];
  return { text, fallback: fallback?.split(', ').map(code).join(', ') };
}

/** What the schema says of keys that exclude one another. */
function choices({ oneOf = [] }: Schema): string {
  const names = oneOf.flatMap(({ required = [] }) => required.map(code));
  return names.length === 0 ? '' : `Exactly one of ${names.join(', ')} is there.`;
}

function typeOf(schema: Schema): string {
  const name = referenced(schema);
  if (name !== undefined) return linkTo(name);
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return either(schema.enum.map(code));
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}${counts(schema)}`;
  if (schema.type === undefined) return (schema.oneOf ?? []).map(typeOf).join(' or ');
  if (typeof schema.additionalProperties === 'object') {
    return `map of names${limits(schema.propertyNames ?? {})} to ${typeOf(schema.additionalProperties)}`;
  }
  const type = either([schema.type].flat());
  return `${type}${limits(schema)}`;
}

function limits({ minimum, maximum, pattern }: Schema): string {
  const range =
    minimum !== undefined && maximum !== undefined
      ? ` from ${minimum} to ${maximum}`
      : `${minimum === undefined ? '' : ` of at least ${minimum}`}${maximum === undefined ? '' : ` of at most ${maximum}`}`;
  return `${range}${pattern === undefined ? '' : ` matching ${code(pattern)}`}`;
}

function counts({ minItems, maxItems }: Schema): string {
  if (maxItems !== undefined) return `, ${minItems ?? 0} to ${maxItems} of them`;
  return minItems === undefined ? '' : ', not empty';
}
