import type { Step } from '../generated/plan.v1.js';
import type { Queryable, Row } from '../postgres/session.js';
import { inTrial } from '../postgres/trial.js';
import type { LintProblem } from '../runbook/lint/input.js';
import { findNodes, names } from '../sql/ast.js';
import { bodyCommits } from '../sql/commits.js';
import { parseSql, type SqlStatement } from '../sql/parser.js';
import { ofStep } from './findings.js';

interface Body extends Row {
  name: string;
  language: string;
  source: string;
}

/** Procedures and blocks that end a transaction, in steps that are one: the server refuses them with 2D000. */
export async function commitProblems(
  db: Queryable,
  steps: readonly Step[],
): Promise<LintProblem[]> {
  const problems: LintProblem[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.kind !== 'sql' || step.spec['transaction'] !== true) continue;
    const parsed = await parseSql(String(step.spec['sql']));
    for (const statement of parsed.ok ? parsed.statements : []) {
      const name = await findCommitting(await bodiesOf(db, statement, step));
      if (name === undefined) continue;
      const message = `${name} has COMMIT or ROLLBACK, which the server refuses within the step's transaction (2D000)`;
      const hint = 'Give it a step of its own, with `transaction: false`.';
      problems.push(ofStep(index, step, 'call-commits', message, hint));
    }
  }
  return problems;
}

async function findCommitting(bodies: readonly Body[]): Promise<string | undefined> {
  for (const { name, language, source } of bodies) {
    if (await bodyCommits(language, source)) return name;
  }
  return undefined;
}

async function bodiesOf(
  db: Queryable,
  { type, node }: SqlStatement,
  { settings }: Step,
): Promise<readonly Body[]> {
  if (type === 'DoStmt') return [blockOf(node)];
  if (type !== 'CallStmt') return [];
  const [call] = findNodes(node, 'funccall');
  const parts = names(call?.['funcname']);
  // As a worker would find it; of several with that name any may be meant.
  const trial = await inTrial(db, settings, [], () =>
    db.query<Body>(
      `SELECT pg_catalog.format('%s.%s', p.pronamespace::regnamespace, pg_catalog.quote_ident(p.proname)) AS name,
              l.lanname::text AS language, p.prosrc AS source
         FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
         JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prokind = 'p' AND p.proname = $1
          AND CASE WHEN $2::text IS NULL THEN pg_catalog.pg_function_is_visible(p.oid) ELSE n.nspname = $2 END
        ORDER BY p.oid`,
      [parts.at(-1), parts.at(-2) ?? null],
    ),
  );
  return trial.tried ? trial.value : [];
}

function blockOf(node: SqlStatement['node']): Body {
  const options = new Map(
    findNodes(node['args'], 'DefElem').map(({ defname, arg }) => [defname, names([arg])[0] ?? '']),
  );
  const [language = 'plpgsql', source = ''] = [options.get('language'), options.get('as')];
  return { name: 'the DO block', language, source };
}
