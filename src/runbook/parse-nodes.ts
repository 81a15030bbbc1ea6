import { isAlias, isNode, isScalar, visit, type Alias, type Node, type Scalar } from 'yaml';
import { aliasTargets } from './aliases.js';
import type { Diagnostic } from './diagnostic.js';
import type { DiagnosticCode } from './diagnostic-texts.js';
import { rangeOnLines } from './positions.js';
import type { Source } from './source.js';

const CORE_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

function problem(
  source: Source,
  node: { readonly range?: readonly number[] | null | undefined },
  code: DiagnosticCode,
  message: string,
  hint: string,
): Diagnostic {
  const [start = 0, end = start] = node.range ?? [];
  const place = rangeOnLines(source.lines, start, Math.max(end, start));
  return { code, severity: 'error', message, hint, file: source.path, ...place };
}

/** PostgreSQL can store neither of them, and an escape in double quotes can write both. */
function checkCharacters(source: Source, node: Scalar): Diagnostic | undefined {
  if (typeof node.value !== 'string' || !/[\0\p{Surrogate}]/u.test(node.value)) return undefined;
  const message = 'this text holds a NUL or half a character, which PostgreSQL cannot store';
  return problem(source, node, 'bad-character', message, 'Remove the escape.');
}

/** What they expand to is bounded too, but only once all have been followed. */
const MAX_ALIASES = 500;

function checkAlias(source: Source, node: Alias, count: number): Diagnostic | undefined {
  if (count > MAX_ALIASES) {
    const message = `${source.format.one} can hold ${String(MAX_ALIASES)} aliases at most`;
    return problem(source, node, 'yaml-alias', message, 'Write the repeated parts out.');
  }
  if (aliasTargets(source.document).has(node)) return undefined;
  const name = node.source;
  const message = `the alias *${name} has no anchor before it`;
  return problem(source, node, 'yaml-alias', message, `Put &${name} before the value meant.`);
}

function checkNode(source: Source, node: Exclude<Node, Alias>): Diagnostic | undefined {
  if (node.tag !== undefined && !CORE_TAG.test(node.tag)) {
    const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
    const message = `the tag ${tag} means nothing in ${source.format.one}`;
    const at = source.text.lastIndexOf(tag, node.range?.[0] ?? 0);
    const range = at < 0 ? node.range : ([at, at + tag.length, at] as const);
    return problem(source, { range }, 'yaml-tag', message, 'Remove the tag.');
  }
  return isScalar(node) ? checkCharacters(source, node) : undefined;
}

/** Finds what is valid YAML but has no meaning here: other tags, other versions, dead aliases. */
export function findNodeProblems(source: Source): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const root = source.document.contents;
  if (isNode(root)) {
    const { explicit, version } = source.document.directives?.yaml ?? {};
    // Of a version that it does not know the library only warns.
    const unknown = source.document.warnings.some(({ code }) => code === 'BAD_DIRECTIVE');
    if (unknown || (explicit === true && version !== '1.2')) {
      const message = `${source.format.one} is YAML 1.2; in other versions \`on\` and \`22:00\` mean other things`;
      found.push(problem(source, root, 'yaml-version', message, 'Remove the %YAML line.'));
    }
  }
  let aliases = 0;
  visit(source.document, {
    Node: (_key, node) => {
      if (isAlias(node)) aliases += 1;
      const one = isAlias(node) ? checkAlias(source, node, aliases) : checkNode(source, node);
      if (one !== undefined) found.push(one);
      return aliases > MAX_ALIASES ? visit.BREAK : undefined;
    },
  });
  return found;
}
