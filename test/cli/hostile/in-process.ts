import { reportFailure } from '../../../src/cli/failure.js';
import { maskPasswords } from '../../../src/model/printable.js';
import type { CommandContext } from '../../../src/cli/command-line.js';
import type { Ending } from './judge.js';

/** Runs a command as the program does, within this process: for more cases than processes allow. */
export async function inProcess(
  env: Readonly<Record<string, string>>,
  command: (context: CommandContext) => Promise<number>,
): Promise<Ending> {
  const ending = { stdout: '', stderr: '' };
  const output: CommandContext['output'] = {
    write: (text) => (ending.stdout += text),
    writeAll: (pieces) => {
      for (const piece of pieces) ending.stdout += piece;
      return Promise.resolve();
    },
    note: (text) => (ending.stderr += `${maskPasswords(text)}\n`),
    paint: (_style, text) => text,
    paintResult: (_style, text) => text,
    columns: 80,
  };
  try {
    return { ...ending, code: await command({ output, env }), ...ending };
  } catch (error) {
    const code = reportFailure(error, output);
    return { ...ending, code };
  }
}
