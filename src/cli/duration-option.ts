import { RunbookError } from '../errors.js';
import { parseDuration } from '../model/duration.js';

/**
 * Reads the duration that an option was given.
 * @returns ms.
 * @throws RunbookError `usage`.
 */
export function readDuration(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new RunbookError('usage', `${option}: not a duration: ${text}`, {
    hint: 'Like 90s or 1h30m.',
  });
}
