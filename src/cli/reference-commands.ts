import type { Command } from '@commander-js/extra-typings';
import { example, type CommandContext, type Done } from './command-line.js';

/** Those that need neither a runbook nor a server. */
export function addReferenceCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('schema')
    .description('print a JSON Schema: of a runbook, an inventory, or what is written')
    .addArgument(
      program
        .createArgument('<name>', 'which one')
        .choices(['runbook', 'plan', 'report', 'inventory', 'inventory-report']),
    )
    .addHelpText('after', example('pg-runbook schema runbook > runbook.schema.json'))
    .action(async (name) => {
      const { schema } = await import('./commands/schema.js');
      done(schema(context, name));
    });
  program
    .command('explain')
    .description('explain wait, detach or cancel, or the code at the end of a message')
    .argument('<word>', 'wait, detach, cancel, or a code like run_live or unknown-key')
    .addHelpText('after', example('pg-runbook explain cancel', 'pg-runbook explain plan_stale'))
    .action(async (word) => {
      const { explain } = await import('./commands/explain.js');
      done(explain(context, word));
    });
  program
    .command('completion')
    .description('print a script that completes the command line')
    .addArgument(program.createArgument('<shell>', 'for which').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      example('pg-runbook completion bash > ~/.local/share/bash-completion/completions/pg-runbook'),
    )
    .action(async (shell) => {
      const { completion } = await import('./commands/completion.js');
      done(completion(context, program, shell));
    });
  program
    .command('man')
    .description('print the manual page, in roff')
    .addHelpText('after', example('pg-runbook man | man -l -'))
    .action(async () => {
      const { manual } = await import('./commands/completion.js');
      done(manual(context, program));
    });
}
