import type { Command } from '@commander-js/extra-typings';
import { EXIT, type ExitCode } from '../../errors.js';
import { manualPage } from '../completion/manual.js';
import { bashCompletion, fishCompletion, zshCompletion } from '../completion/shells.js';
import { commandWords } from '../completion/tree.js';
import type { CommandContext } from '../command-line.js';
import { packageVersion } from '../package-version.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** Prints the script that lets a shell complete the command line. */
export function completion(
  context: CommandContext,
  program: Command,
  shell: keyof typeof SHELLS,
): ExitCode {
  context.output.write(SHELLS[shell](commandWords(program)));
  return EXIT.ok;
}

/** Prints the manual page in roff. */
export function manual(context: CommandContext, program: Command): ExitCode {
  context.output.write(manualPage(commandWords(program), packageVersion()));
  return EXIT.ok;
}
