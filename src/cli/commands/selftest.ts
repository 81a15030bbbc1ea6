import { hostname } from 'node:os';
import { EXIT, signalExitCode, type ExitCode } from '../../errors.js';
import { dropCommand } from '../../selftest/scratch-database.js';
import { runSelftest } from '../../selftest/selftest.js';
import { describeCase, describeSelftest } from '../../selftest/text.js';
import type { CommandContext } from '../command-line.js';
import { listenForStop } from '../stop-signals.js';
import { toJson } from '../../report/json.js';

interface Options {
  readonly dsn?: string | undefined;
  readonly template?: string | undefined;
  readonly json?: true | undefined;
}

/** Tries on the user's own server what pg-runbook promises, in a database of its own. */
export async function selftest(
  { output, env }: CommandContext,
  { dsn, template, json }: Options,
): Promise<ExitCode> {
  let left = 'nothing';
  const stop = listenForStop(
    (name) => {
      output.note(`${name}: stopping, and dropping the database; once more to leave at once`);
    },
    () => {
      output.note(`left at once; to be cleaned up, where it is there: ${left}`);
    },
  );
  try {
    const document = await runSelftest({
      dsn,
      env,
      template,
      origin: { host: hostname(), pid: process.pid },
      stop: stop.signal,
      onDatabase: (name) => {
        left = dropCommand(name);
        output.note(`in database ${name}, which is dropped at the end`);
      },
      onResult: (result) => {
        const line = describeCase(result, output.columns);
        if (json === true) output.note(line);
        else output.write(`${line}\n`);
      },
      onLeftBehind: ({ reason, command }) => {
        output.note(`the database is left behind: ${reason}\n  drop it: ${command}`);
      },
    });
    output.write(json === true ? toJson(document) : describeSelftest(document, output.columns));
    if (stop.signal.aborted) return signalExitCode(stop.signal.reason);
    return document.status === 'ok' ? EXIT.ok : EXIT.taskFailed;
  } finally {
    stop.release();
  }
}
