import { main } from '../../src/cli/program.js';
import { maskPasswords } from '../../src/model/printable.js';
import type { CliOptions, Ending } from './cli.js';

/**
 * Runs a command line as the program does, within this process: where half a second for the start of a
 * program would prove nothing more.
 */
export async function runHere(
  args: readonly string[],
  { env = {} }: Pick<CliOptions, 'env'> = {},
): Promise<Ending> {
  let [stdout, stderr] = ['', ''];
  const output = {
    write: (text: string) => {
      stdout += text;
    },
    writeAll: (pieces: Iterable<string>) => {
      stdout += [...pieces].join('');
      return Promise.resolve();
    },
    note: (text: string) => {
      stderr += `${maskPasswords(text)}\n`;
    },
    paint: (_style: unknown, text: string) => text,
    paintResult: (_style: unknown, text: string) => text,
    columns: 80,
    unicode: false,
    stamp: () => new Date().toISOString(),
  };
  const code = await main(args, { output, env });
  return { code, stdout, stderr };
}
