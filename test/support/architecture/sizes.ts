import ts from 'typescript';
import { eachNode, type Source } from './sources.js';

export interface Size {
  /** `src/a/b.ts`, or `src/a/b.ts:functionName` for a function. */
  readonly name: string;
  readonly lines: number;
}

export function fileSizes(sources: readonly Source[]): Size[] {
  return sources.map(({ path, text }) => ({ name: path, lines: lineCount(text) }));
}

function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** Functions with a body in braces; `(x) => x.name` is an expression, and would only dilute the figures. */
export function functionSizes(sources: readonly Source[]): Size[] {
  return sources.flatMap(({ path, tree }) => {
    const sizes: Size[] = [];
    eachNode(tree, (node) => {
      if (!ts.isFunctionLike(node) || !hasBlock(node)) return;
      const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line;
      const last = tree.getLineAndCharacterOfPosition(node.getEnd()).line;
      sizes.push({ name: `${path}:${nameOf(node, first)}`, lines: last - first + 1 });
    });
    return sizes;
  });
}

function hasBlock(node: ts.SignatureDeclaration): boolean {
  return 'body' in node && node.body !== undefined && ts.isBlock(node.body);
}

function nameOf(node: ts.SignatureDeclaration, line: number): string {
  const parent = node.parent as ts.Node | undefined;
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  if (parent !== undefined && ts.isVariableDeclaration(parent)) return parent.name.getText();
  return `line ${line + 1}`;
}

/** The nearest-rank quantile: 0.5 is the median. */
export function quantile(sizes: readonly Size[], share: number): number {
  const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function largerThan(sizes: readonly Size[], limit: number): string[] {
  return sizes.filter(({ lines }) => lines > limit).map(({ name, lines }) => `${name}: ${lines}`);
}
