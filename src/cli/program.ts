import { Command, CommanderError } from '@commander-js/extra-typings';
import { EXIT, type ExitCode } from '../errors.js';
import { reportFailure } from './failure.js';
import { example, EXIT_HELP, type CommandContext, type Done } from './command-line.js';
import { addFileCommands } from './file-commands.js';
import { processOutput, type Output } from './io.js';
import { addLookCommands } from './look-commands.js';
import { addReferenceCommands } from './reference-commands.js';
import { addRunCommands } from './run-commands.js';
import { addServerCommands } from './server-commands.js';
import { message } from '../model/printable.js';
import { packageVersion } from './package-version.js';

/** Runs one command line and returns its exit code. Commands are loaded only when they are called. */
export async function main(
  argv: readonly string[],
  given: Omit<CommandContext, 'begun'> = { output: processOutput(), env: process.env },
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const context = { ...given, begun: { yet: false } };
  const program = makeProgram(context, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return context.begun.yet ? exitCode : await resultWritten(context.output, exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.inputWrong;
    const code = reportFailure(error, context.output);
    return context.begun.yet ? code : beforeAnyRun(code);
  }
}

/** Where nothing was begun, no task failed and no outcome is unknown. */
function beforeAnyRun(code: ExitCode): ExitCode {
  return code === EXIT.taskFailed || code === EXIT.outcomeUnknown ? EXIT.refused : code;
}

/** A result that nobody could read is none. A run that was begun keeps its exit code: its report is elsewhere, too. */
async function resultWritten(output: Output, code: ExitCode): Promise<ExitCode> {
  // A stream tells of a write that failed a moment later.
  await new Promise(setImmediate);
  const trouble = output.trouble?.();
  if (trouble === undefined || code !== EXIT.ok) return code;
  output.note(`${output.paint('red', 'error')}: cannot write the result: ${message(trouble)}`);
  return EXIT.refused;
}

function makeProgram(context: CommandContext, done: Done): Command {
  const program = new Command('pg-runbook')
    .description('Maintenance runbooks for PostgreSQL, run through pg_background.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        context.output.write(text);
      },
      writeErr: (text) => {
        context.output.note(text.trimEnd());
      },
      outputError: (text, write) => {
        write(text.trimEnd().split('\n').map(message).join('\n'));
      },
    })
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook plan runbooks/nightly-maintenance.yaml'));
  // Subcommands take these settings from the program when they are made.
  addFileCommands(program, context, done);
  addLookCommands(program, context, done);
  addRunCommands(program, context, done);
  addServerCommands(program, context, done);
  addReferenceCommands(program, context, done);
  return program;
}
