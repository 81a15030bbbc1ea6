import { parseDuration } from '../../model/duration.js';
import { contentAt, nameStep, rawSteps, textAt, type Content, type RawStep } from '../content.js';
import type { Path, Problem } from '../diagnostic.js';
import type { DiagnosticCode } from '../diagnostic-texts.js';

const SHORTEST_MS = 1_000;

/** PostgreSQL takes a statement_timeout of 0 as none at all, and less than 1s stops any real task. */
function checkLength(owner: Content, path: Path): Problem[] {
  const text = textAt(owner, 'timeout');
  const ms = text === undefined ? undefined : parseDuration(text);
  if (ms === undefined || ms >= SHORTEST_MS) return [];
  const message = `a timeout must be at least 1s, not ${text ?? ''}`;
  return [{ code: 'timeout-too-short', message, path: [...path, 'timeout'] }];
}

function checkPresence(step: RawStep, defaults: Content): Problem[] {
  if (Object.hasOwn(step.body, 'timeout') || Object.hasOwn(defaults, 'timeout')) return [];
  const policy = textAt(step.body, 'policy') ?? textAt(defaults, 'policy');
  const [code, message]: [DiagnosticCode, string] =
    policy === 'detach'
      ? [
          'detach-without-timeout',
          `${nameStep(step)} is detached and has no timeout: nobody would stop it`,
        ]
      : ['timeout-missing', `${nameStep(step)} has no timeout`];
  const hint = 'Add `timeout: 30m` here, or under `defaults`.';
  return [{ code, message, hint, path: step.path, at: 'key' }];
}

/** Finds steps without a timeout, and timeouts that are none. */
export function checkTimeouts(content: unknown): readonly Problem[] {
  const defaults = contentAt(content, 'defaults');
  return [
    ...checkLength(defaults, ['defaults']),
    ...rawSteps(content).flatMap((step) => [
      ...checkPresence(step, defaults),
      ...checkLength(step.body, step.path),
    ]),
  ];
}
