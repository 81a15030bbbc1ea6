import { basename } from 'node:path';
import ts from 'typescript';
import { eachNode, type Source } from './sources.js';

/** A habit looks at one file and answers what breaks it, or nothing. */
export type Habit = (source: Source) => string[];

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.v\d+)?\.ts$/;
const BARREL = /^src\/(index|steps\/[a-z-]+\/index)\.ts$/;
const PURE = /^src\/(engine\/schedule|steps\/[^/]+\/render)\.ts$/;

const kebabCase: Habit = ({ path }) =>
  path.split('/').slice(0, -1).every(isKebabFolder) && KEBAB_CASE.test(basename(path))
    ? []
    : [`${path}: not kebab-case`];

const isKebabFolder = (name: string): boolean => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);

/** A default export has no name of its own: every importer calls it something else. */
const noDefaultExports: Habit = ({ path, tree }) =>
  tree.statements.some(isDefaultExport) ? [`${path}: default export`] : [];

function isDefaultExport(node: ts.Statement): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportDeclaration(node) && node.exportClause && ts.isNamedExports(node.exportClause)) {
    return node.exportClause.elements.some((element) => element.name.text === 'default');
  }
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
}

/** A barrel pulls its whole folder into every import, and makes cycles out of nothing. */
const noBarrels: Habit = ({ path, tree }) => {
  if (BARREL.test(path)) return [];
  if (basename(path) === 'index.ts') return [`${path}: an index.ts that is no public entry`];
  const reexports = tree.statements.some(
    (node) => ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined,
  );
  return reexports ? [`${path}: re-exports another module`] : [];
};

/** The library's entry names what it exposes, and does nothing. */
const indexOnlyReexports: Habit = ({ path, tree }) => {
  if (path !== 'src/index.ts') return [];
  const other = tree.statements.some(
    (node) => !ts.isExportDeclaration(node) || node.moduleSpecifier === undefined,
  );
  return other ? [`${path}: more than re-exports`] : [];
};

const processOnlyInCli: Habit = (source) =>
  source.path.startsWith('src/cli/') ? [] : globalsUsed(source, ['process', 'console']);

/** The dry run shows what the run does only where nothing but the input decides. */
const pureFiles: Habit = (source) =>
  PURE.test(source.path)
    ? globalsUsed(source, [
        ...['process', 'console', 'Date', 'Math.random', 'fetch', 'performance', 'crypto'],
        ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
      ])
    : [];

/** A report shows the same whenever and wherever it is shown. */
const pureReports: Habit = (source) =>
  source.path.startsWith('src/report/')
    ? globalsUsed(source, ['Date.now', 'Math.random', 'fetch', 'performance', 'crypto'])
    : [];

/** Texts of several statements are files of the package and constants: nothing is ever put into them. */
const SENDS_SCRIPTS = /^src\/(ledger\/migrate|selftest\/(selftest|run-cases))\.ts$/;

/** SQL of a runbook in a text of several statements could end its own, and begin another one. */
const scriptsAreOurs: Habit = ({ path, tree }) => {
  const found: string[] = [];
  eachNode(tree, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    if (node.expression.name.text !== 'script') return;
    const fixed = node.arguments.every((argument) => ts.isIdentifier(argument));
    if (!fixed || !SENDS_SCRIPTS.test(path)) found.push(`${path}: sends a script`);
  });
  return found;
};

/** The named globals that a file uses; `a.process` and `{ process: 1 }` are no globals. */
function globalsUsed({ path, tree }: Source, names: readonly string[]): string[] {
  const found = new Set<string>();
  eachNode(tree, (node) => {
    if (ts.isPropertyAccessExpression(node) && names.includes(node.getText(tree))) {
      found.add(node.getText(tree));
    }
    if (ts.isIdentifier(node) && names.includes(node.text) && isReference(node)) {
      found.add(node.text);
    }
  });
  return [...found].map((name) => `${path}: uses ${name}`);
}

function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isTypeReferenceNode(parent)) return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !('name' in parent && parent.name === node);
}

export const HABITS: Readonly<Record<string, Habit>> = {
  'file names are kebab-case': kebabCase,
  'there are no default exports': noDefaultExports,
  'there are no barrels but the public entries': noBarrels,
  'src/index.ts only re-exports': indexOnlyReexports,
  'process and console are used only in cli': processOnlyInCli,
  'scheduler and renderers have no I/O, clock or randomness': pureFiles,
  'reports have no clock or randomness': pureReports,
  'several statements at once are sent of our own texts only': scriptsAreOurs,
};
