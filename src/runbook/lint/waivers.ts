import { isContent, listAt, rawSteps, textAt } from '../content.js';
import type { Path } from '../diagnostic.js';
import { suggestion } from '../../model/nearest.js';
import type { LintProblem } from './input.js';
import { isRuleId, RULES } from './rules.js';

/** A rule that the file says is broken on purpose, and why. */
export interface Waiver {
  readonly rule: string;
  readonly because: string;
  readonly path: Path;
  /** What it is for: everything beneath this place. */
  readonly scope: Path;
}

function waiversOf(owner: unknown, scope: Path): Waiver[] {
  return listAt(owner, 'allow').flatMap((entry, index) =>
    isContent(entry)
      ? [
          {
            rule: textAt(entry, 'rule') ?? '',
            because: textAt(entry, 'because')?.trim() ?? '',
            path: [...scope, 'allow', index],
            scope,
          },
        ]
      : [],
  );
}

/** The waivers of a runbook: of steps first, since they are nearer. */
export function listWaivers(content: unknown): readonly Waiver[] {
  return [
    ...rawSteps(content).flatMap(({ body, path }) => waiversOf(body, path)),
    ...waiversOf(content, []),
  ];
}

/** The waiver that covers a problem. */
export function waiverFor(problem: LintProblem, waivers: readonly Waiver[]): Waiver | undefined {
  return waivers.find(
    ({ rule, because, scope }) =>
      rule === problem.code &&
      because !== '' &&
      scope.every((part, index) => problem.path[index] === part),
  );
}

/**
 * What is wrong with the waivers themselves.
 * @param used those that covered something.
 * @param judged `declaration`: rules that need a server were not looked at, so nothing is said of
 *   waivers for them.
 */
export function lintWaivers(
  waivers: readonly Waiver[],
  used: ReadonlySet<Waiver>,
  judged: 'declaration' | 'catalog',
): LintProblem[] {
  return waivers.flatMap((waiver): LintProblem[] => {
    const { rule, because, path } = waiver;
    if (!isRuleId(rule)) {
      const { hint = 'The rules: docs/rules.md.' } = suggestion(rule, Object.keys(RULES));
      const message = `there is no rule \`${rule}\``;
      return [{ code: 'unknown-rule', path: [...path, 'rule'], message, hint }];
    }
    if (because === '') {
      const message = `\`${rule}\` is allowed without a reason`;
      const hint = 'Add `because:` with the reason, for those who read it next.';
      return [{ code: 'waiver-without-reason', path, message, hint }];
    }
    const known = judged === 'catalog' || RULES[rule].judgedBy === 'declaration';
    if (!known || used.has(waiver)) return [];
    const message = `nothing here breaks the rule \`${rule}\``;
    return [{ code: 'unused-waiver', path, message, hint: 'Remove it.' }];
  });
}
