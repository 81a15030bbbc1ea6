import { setMaxListeners } from 'node:events';
import { EXIT, type ExitCode, type StopSignal } from '../errors.js';

/** A terminal that is closed sends SIGHUP. */
const CODES = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  SIGHUP: EXIT.terminated,
} as const;

export interface StopSignals {
  /** Aborted by the first signal, with the signal as the reason. */
  readonly signal: AbortSignal;
  /** Gives the signals back to Node's defaults. */
  release(): void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP asks the run to stop; the second leaves at once.
 * @param onFirst told that stopping has begun.
 * @param onSecond told right before the process ends.
 */
export function listenForStop(onFirst: (name: string) => void, onSecond: () => void): StopSignals {
  const controller = new AbortController();
  // Many engines may wait on it at once: Node would take them for a leak, and warn.
  setMaxListeners(0, controller.signal);
  const listener = (name: keyof typeof CODES): void => {
    const code: ExitCode = CODES[name];
    if (!controller.signal.aborted) {
      onFirst(name);
      controller.abort({ name, exitCode: code } satisfies StopSignal);
      return;
    }
    onSecond();
    process.exit(code);
  };
  const names = Object.keys(CODES) as (keyof typeof CODES)[];
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}
