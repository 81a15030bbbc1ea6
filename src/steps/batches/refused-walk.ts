import type { BackfillSpec, BatchSpec } from '../../model/runbook.js';
import { SQLSTATE } from '../../postgres/errors.js';
import { asUntried, TrialRefusal } from '../../postgres/trial-refusal.js';
import type { Trial } from '../../postgres/trial.js';
import { quoteIdentifier } from '../../sql/quote.js';
import type { Discovery, Refusal } from '../contract.js';
import type { Tried } from './try-walk.js';

/** What a trial of a walk has shown, or why it has not. */
export type WalkTrial = { readonly tried?: Tried } & Pick<Discovery, 'notTried' | 'refusals'>;

/**
 * Tries a walk.
 * @throws what is no refusal of the server, or a refusal of the role.
 */
export async function refusalsOf(
  spec: BatchSpec,
  showServerErrors: boolean,
  trial: () => Promise<Trial<Tried>>,
): Promise<WalkTrial> {
  try {
    const made = await trial();
    return made.tried ? { tried: made.value } : { notTried: [made] };
  } catch (error) {
    if (!(error instanceof TrialRefusal)) throw error;
    if (error.sqlstate === SQLSTATE.insufficientPrivilege) throw error;
    const told = error.tell(showServerErrors);
    if (!error.isOfSql) return { notTried: [asUntried(told)] };
    return { refusals: [{ ...told, ...placeOf(spec, error), sent: error.sent ?? '', before: '' }] };
  }
}

/** The runbook's own text in which the server met it; all of the step where it is in ours. */
function placeOf(spec: BatchSpec, { place }: TrialRefusal): Pick<Refusal, 'path' | 'offset'> {
  if (place === undefined) return { path: [], offset: undefined };
  const { sent, index } = place;
  const columns = Object.keys(setOf(spec));
  const column = columns.find((name) => sent.startsWith(`${quoteIdentifier(name)} =`, index));
  if (column !== undefined) return { path: ['set', column], offset: undefined };
  for (const { path, text } of textsOf(spec)) {
    for (let at = sent.indexOf(`(${text}`); at >= 0; at = sent.indexOf(`(${text}`, at + 1)) {
      const offset = index - at - 1;
      if (offset >= 0 && offset < text.length) return { path, offset };
    }
  }
  return { path: [], offset: undefined };
}

const setOf = (spec: BatchSpec & Partial<Pick<BackfillSpec, 'set'>>): BackfillSpec['set'] =>
  spec.set ?? {};

/** Each is put between parentheses in what is sent. */
function textsOf(spec: BatchSpec): { readonly path: string[]; readonly text: string }[] {
  const { where, throttle } = spec;
  return [
    ...(where === undefined ? [] : [{ path: ['where'], text: where }]),
    ...(throttle.sql === undefined ? [] : [{ path: ['throttle', 'sql'], text: throttle.sql }]),
    ...Object.entries(setOf(spec)).map(([name, text]) => ({ path: ['set', name], text })),
  ];
}
