import { parseDuration } from '../../model/duration.js';
import { contentAt, nameStep, rawSteps, textAt, type Content, type RawStep } from '../content.js';
import type { Path, Problem } from '../diagnostic.js';

function checkIdempotence(step: RawStep): Problem[] {
  const { body } = step;
  if (!Object.hasOwn(body, 'sql') || !Object.hasOwn(body, 'retry')) return [];
  if (body['idempotent'] === true) return [];
  const message = `${nameStep(step)} is retried, though its SQL may do harm when it runs twice`;
  const hint = 'Add `idempotent: true` if it does none; otherwise remove the retry.';
  return [
    { code: 'retry-not-idempotent', message, hint, path: [...step.path, 'retry'], at: 'key' },
  ];
}

function checkDelays(owner: Content, path: Path): Problem[] {
  const retry = contentAt(owner, 'retry');
  const delay = parseDuration(textAt(retry, 'delay') ?? '');
  const longest = parseDuration(textAt(retry, 'max_delay') ?? '');
  if (delay === undefined || longest === undefined || delay <= longest) return [];
  const message = 'the first delay is longer than max_delay';
  return [{ code: 'min-over-max', message, path: [...path, 'retry', 'delay'] }];
}

/** Finds retries that could do harm, or contradict themselves. */
export function checkRetries(content: unknown): readonly Problem[] {
  return [
    ...checkDelays(contentAt(content, 'defaults'), ['defaults']),
    ...rawSteps(content).flatMap((step) => [
      ...checkIdempotence(step),
      ...checkDelays(step.body, step.path),
    ]),
  ];
}
