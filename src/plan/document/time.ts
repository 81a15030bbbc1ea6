import type { Forecast, WindowForecast } from '../../generated/plan.v1.js';
import { describeDuration } from '../../model/duration.js';
import { count } from '../../model/phrases.js';

const HISTORY = {
  used: '',
  none: '; the ledger has no earlier runs',
  hidden: '; this role may not read the ledger, so earlier runs do not count',
};

/** Says also what the figure does not know. */
export function describeForecast({ p50_ms: p50, p95_ms: p95, steps, history }: Forecast): string {
  const named = (basis: string): string => {
    const ids = steps.filter((step) => step.basis === basis).map(({ step }) => step);
    return ids.join(', ');
  };
  const guesses = named('guess');
  const unknown = named('none');
  const late = p95 === null ? '' : `, ${describeDuration(p95)} at p95`;
  return (
    `${guesses === '' ? 'about' : 'roughly'} ${describeDuration(p50)}${late}` +
    (guesses === '' ? '' : `; guessed: ${guesses}`) +
    (unknown === '' ? '' : `; not counted, since nothing is known: ${unknown}`) +
    HISTORY[history]
  );
}

const FITS = {
  yes: 'the plan fits, with time to spare',
  maybe: 'the plan may fit: not where it takes long, or not all of it is known',
  no: 'the plan does not fit',
};

export function describeWindow({
  starts_at: from,
  ends_at: to,
  fits,
  left,
}: WindowForecast): string {
  const tasks = left.map(({ step, tasks: n }) => `${count(n, 'task')} of ${step}`);
  return `${from} to ${to}: ${FITS[fits]}${tasks.length === 0 ? '' : `; left undone: ${tasks.join(', ')}`}`;
}
