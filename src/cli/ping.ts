import { EXIT, messageOf, RunbookError, type ExitCode } from '../errors.js';
import { message } from '../model/printable.js';
import { asRunbookError } from '../postgres/errors.js';
import type { CommandContext } from './command-line.js';
import type { Output } from './io.js';

/** A monitor that answers later than this, all tries together, has not heard it: nobody waits longer. */
const ANSWERS_WITHIN_MS = 5_000;
const TRIES = 3;

/**
 * Tells a monitor when a command begins and how it ends: URL/start, then URL/<exit code>, as healthchecks.io
 * and its like take it. Whatever becomes of that, the command ends as it would have.
 * @throws RunbookError `usage` for what is no URL of http or https.
 * @see https://healthchecks.io/docs/signaling_failures/
 */
export async function withPing(
  { output }: CommandContext,
  url: string | undefined,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  if (url === undefined) return work();
  const target = parseTarget(url);
  const begun = ping(output, target, 'start');
  let code: ExitCode = EXIT.taskFailed;
  try {
    code = await work();
    return code;
  } catch (error) {
    const known = asRunbookError(error);
    if (known instanceof RunbookError) code = known.exitCode;
    throw error;
  } finally {
    await begun;
    await ping(output, target, String(code));
  }
}

function parseTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new RunbookError('usage', '--ping: not a URL of http or https', {
      hint: 'Give it as the monitor shows it; it begins with https://.',
    });
  }
  if (url.username === '' && url.password === '') return url;
  throw new RunbookError('usage', '--ping: no user and no password can be sent', {
    hint: 'Take a URL without user:password@ before the host.',
  });
}

/** The path of such a URL is a secret: only its host is told. */
async function ping(output: Output, target: URL, what: string): Promise<void> {
  const url = new URL(target);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${what}`;
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  for (let tries = 1; ; tries += 1) {
    const trouble = await post(url, signal);
    if (trouble === undefined) return;
    if (tries < TRIES && !signal.aborted) continue;
    output.note(
      `ping ${what} of ${target.host} was not heard: ${trouble}; the run is not affected`,
    );
    return;
  }
}

/** @returns what went wrong. */
async function post(url: URL, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: 'POST', signal, redirect: 'error' });
    await response.body?.cancel();
    return response.ok ? undefined : `it answered ${String(response.status)}`;
  } catch (error) {
    const { cause } = error as Error;
    return message(messageOf(cause ?? error));
  }
}
