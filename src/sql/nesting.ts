import type { SqlToken } from './parser.js';

/**
 * Levels that the parse tree of a statement may have. The parser writes a tree by recursion: some
 * thousand levels overflow its stack, and it is damaged for good.
 */
export const MAX_NESTING = 1_000;

/** What is open at a token: a bracket or a CASE, and outermost the statement. */
interface Level {
  /** Levels of the expression that the tokens so far make up. */
  depth: number;
  /** The deepest of those before it. */
  deepest: number;
  /** UNION and its kin, each of which has all before it beneath itself, whatever commas there are. */
  sets: number;
}

const newLevel = (): Level => ({ depth: 0, deepest: 0, sets: 0 });

const OPENS = new Set(['(', '[', 'case']);
const CLOSES = new Set([')', ']', 'end']);
const SEPARATES = new Set([',', 'and', 'or']);
const SETS = new Set(['union', 'intersect', 'except']);
const LEAVES = new Set(['IDENT', 'ICONST', 'FCONST', 'SCONST', 'SQL_COMMENT', 'C_COMMENT']);

/** Where a text nests deeper than it may; undefined: nowhere. Rather too deep is taken for a text than too flat. */
export function findDeepToken(tokens: readonly SqlToken[]): SqlToken | undefined {
  let levels = [newLevel()];
  let statement = newLevel();
  return tokens.find((token) => {
    if (token.text === ';') {
      statement = newLevel();
      levels = [statement];
    } else note(levels, token);
    const top = levels.at(-1) ?? statement;
    return levels.length + total(top) > MAX_NESTING;
  });
}

function note(levels: Level[], { name, text }: SqlToken): void {
  const word = text.toLowerCase();
  const top = levels.at(-1);
  if (top === undefined) return;
  if (OPENS.has(word)) levels.push(newLevel());
  else if (CLOSES.has(word) && levels.length > 1) {
    const [closed, around] = [levels.pop() ?? newLevel(), levels.at(-1) ?? top];
    around.depth = Math.max(around.depth, total(closed) + 1);
  } else if (SETS.has(word)) {
    endExpression(top);
    top.sets += 1;
  } else if (SEPARATES.has(word)) endExpression(top);
  else if (!LEAVES.has(name) && word !== '.') top.depth += 1;
}

function endExpression(level: Level): void {
  level.deepest = Math.max(level.deepest, level.depth);
  level.depth = 0;
}

function total({ depth, deepest, sets }: Level): number {
  return Math.max(depth, deepest) + sets;
}
