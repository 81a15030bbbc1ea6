import { isAlias, visit, type Alias, type Document, type Node } from 'yaml';

const known = new WeakMap<Document, ReadonlyMap<Alias, Node>>();

/**
 * What each alias of a document stands for; one without an anchor before it is left out. The document is
 * walked once: the library walks it for each alias anew.
 */
export function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const found = known.get(document);
  if (found !== undefined) return found;
  const [targets, anchors] = [new Map<Alias, Node>(), new Map<string, Node>()];
  visit(document, {
    Node: (_key, node) => {
      const target = isAlias(node) ? anchors.get(node.source) : undefined;
      if (isAlias(node) && target !== undefined) targets.set(node, target);
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  known.set(document, targets);
  return targets;
}
