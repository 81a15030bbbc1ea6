import type { Command } from '@commander-js/extra-typings';

/** An option as shells and the manual need it. */
export interface OptionWords {
  readonly flags: string;
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** A command with what may follow it. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  /** As the usage line has them: `<file...>`. */
  readonly usage: string;
  readonly options: readonly OptionWords[];
  /** Fixed words that its arguments may be; empty when they are files, names or ids. */
  readonly choices: readonly string[];
  readonly takesFiles: boolean;
}

/** The command tree, the one source of completions and of the manual. */
export function commandWords(program: Command): CommandWords[] {
  return program.commands.map((command) => {
    const help = command.createHelp();
    const args = command.registeredArguments;
    return {
      name: command.name(),
      description: command.description(),
      usage: args.map(usageOf).join(' '),
      options: help.visibleOptions(command).map((option) => ({
        flags: option.flags,
        long: option.long ?? '',
        short: option.short,
        description: option.description,
        takesValue: option.required || option.optional,
        choices: option.argChoices ?? [],
      })),
      choices: args.flatMap((argument) => argument.argChoices ?? []),
      takesFiles: args.some((argument) => argument.name().startsWith('file')),
    };
  });
}

function usageOf(argument: Command['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}
