import { listSome } from '../model/phrases.js';
import type { Step } from '../model/runbook.js';
import type { Told } from '../postgres/trial-refusal.js';
import type { LintProblem } from '../runbook/lint/input.js';
import type { Lint } from '../runbook/lint/lint.js';
import { makings, type Makings } from '../sql/makings.js';
import type { Refusal } from '../steps/contract.js';

/** SQLSTATEs of names that are not there: the message has the name. */
const NAME_MISSING = ['42P01', '42703', '42883', '42704', '3F000'];
const RELATION_MISSING = '42P01';
const SYNTAX_ERROR = '42601';
const MOST_NAMES = 3;

/** A step, and what its SQL makes. */
interface Maker {
  readonly id: string;
  readonly makes: Makings;
}

type Verdict = Pick<LintProblem, 'code' | 'message' | 'hint'>;

/**
 * What the server refuses to plan, as findings: an error, unless something that runs before it makes
 * what it names, or may.
 * @param refused of each step, in the order of the runbook.
 */
export async function refusalProblems(
  steps: readonly Step[],
  refused: readonly (readonly Refusal[])[],
  lint: Lint | undefined,
): Promise<LintProblem[]> {
  const problems: LintProblem[] = [];
  if (refused.every(({ length }) => length === 0)) return problems;
  const makers = await Promise.all(steps.map(makerOf));
  for (const [index, step] of steps.entries()) {
    const before = stepsBefore(step, steps);
    const isBefore = ({ id }: Maker): boolean => before.has(id);
    for (const refusal of refused[index] ?? []) {
      const own = { id: step.id, makes: await makings(refusal.before) };
      const others = makers.filter((maker) => !isBefore(maker) && maker.id !== step.id);
      const verdict = judge(refusal, own, makers.filter(isBefore), others);
      const path = ['steps', index, step.kind, ...refusal.path];
      problems.push({ ...verdict, ...(await placeOf(path, refusal, lint)) });
    }
  }
  return problems;
}

/** The place of SQL that is refused. */
export async function placeOf(
  path: LintProblem['path'],
  { offset }: Pick<Refusal, 'offset'>,
  lint: Lint | undefined,
): Promise<Pick<LintProblem, 'path' | 'at' | 'textOffset'>> {
  const at = offset === undefined ? undefined : await lint?.textOffset(path, offset);
  return at === undefined ? { path, at: 'key' } : { path, textOffset: at };
}

/** SQL that nothing makes right. */
export function refusedBy({ message, sqlstate, hint }: Told): Verdict {
  return {
    code: 'sql-refused',
    message: `the server refuses it: ${message} (SQLSTATE ${sqlstate})`,
    hint: hint ?? 'Correct it: a run would be refused the same.',
  };
}

async function makerOf({ id, kind, spec }: Step): Promise<Maker> {
  return { id, makes: await makings(kind === 'sql' ? spec.sql : '') };
}

/** Steps that have ended when this one begins. */
function stepsBefore(step: Step, steps: readonly Step[]): ReadonlySet<string> {
  const before = new Set<string>();
  const add = ({ needs, after }: Step): void => {
    for (const need of steps.filter(({ id }) => needs.includes(id))) {
      if (before.has(need.id) || (after === 'started' && need.policy === 'detach')) continue;
      before.add(need.id);
      add(need);
    }
  };
  add(step);
  return before;
}

function judge(
  refusal: Refusal,
  own: Maker,
  before: readonly Maker[],
  others: readonly Maker[],
): Verdict {
  const { message, sqlstate } = refusal;
  if (sqlstate === SYNTAX_ERROR) return refusedBy(refusal);
  const words = wordsOf(refusal);
  const makesIt = ({ makes }: Maker): boolean =>
    makes.names.some(
      (name) => words.has(name) || (sqlstate === RELATION_MISSING && namesAfter(name, words)),
    );
  const maker = makesIt(own) ? 'before it in the same step' : nameOf(before.find(makesIt));
  if (maker !== undefined) {
    return {
      code: 'made-by-step',
      message: `what it names is made ${maker}: ${message}`,
      hint: 'Nothing, if that is so: the server reads it again when it runs.',
    };
  }
  const untold = [
    ...[...own.makes.untold, ...own.makes.settings].map((what) => `${what} before it`),
    ...before.flatMap(({ id, makes }) => makes.untold.map((what) => `${what} of step ${id}`)),
  ];
  if (untold.length > 0) {
    return {
      code: 'not-tried',
      message: `not tried: ${message}, unless it comes by ${listSome(untold, MOST_NAMES)}`,
      hint: 'Nothing, if that makes what it names: the text does not tell.',
    };
  }
  const other = others.find(makesIt);
  if (other === undefined) return refusedBy(refusal);
  const hint = `Step ${other.id} makes what it names: add \`needs: [${other.id}]\`.`;
  return refusedBy({ ...refusal, hint });
}

/** The server names indexes and sequences after their tables: `orders_pkey`. */
const namesAfter = (table: string, words: ReadonlySet<string>): boolean =>
  [...words].some((word) => word.startsWith(`${table}_`));

const nameOf = (maker: Maker | undefined): string | undefined =>
  maker === undefined ? undefined : `by step ${maker.id}`;

function wordsOf({ message, sqlstate, sent }: Refusal): ReadonlySet<string> {
  const text = NAME_MISSING.includes(sqlstate) ? message : `${message} ${sent}`;
  return new Set(text.match(/[\p{L}_][\p{L}\p{N}_$]*/gu));
}
