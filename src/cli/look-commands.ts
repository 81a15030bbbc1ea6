import type { Command } from '@commander-js/extra-typings';
import {
  CONNECTION_HELP,
  dsn,
  example,
  EXIT_HELP,
  json,
  metrics,
  mode,
  RUN_ARGUMENT,
  type CommandContext,
  type Done,
} from './command-line.js';

/** Those that look at runs, and change nothing. */
export function addLookCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('status')
    .description('show a run as it stands, settled by proof; without RUN the last runs')
    .argument('[run]', RUN_ARGUMENT)
    .option('--follow', 'look on until the run has ended; Ctrl-C leaves the run alone')
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook status', 'pg-runbook status latest --follow'))
    .action(async (run, options) => {
      const { status } = await import('./commands/status.js');
      done(await status(context, run, options));
    });
  program
    .command('history')
    .description('show runs over time: how long they took, what they freed, which are missing')
    .argument('[runbook]', 'of this name only')
    .option('--limit <n>', 'the last so many runs', '20')
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook history', 'pg-runbook history nightly-maintenance'))
    .action(async (runbook, options) => {
      const { history } = await import('./commands/history.js');
      done(await history(context, runbook, options));
    });
  program
    .command('wait')
    .description('block until a run has ended, detached steps too, and exit as it did')
    .argument('<run>', RUN_ARGUMENT)
    .addOption(dsn())
    .option('--timeout <duration>', 'give up after this long, with exit 75')
    .option('--report <path>', 'where to write the report')
    .addOption(mode())
    .addOption(metrics())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook wait latest --timeout 2h'))
    .action(async (run, options) => {
      const { wait } = await import('./commands/wait.js');
      done(await wait(context, run, options));
    });
  addReportCommand(program, context, done);
  program
    .command('why')
    .description('tell what a run waits for: who blocks it, since when, until when; signals nobody')
    .argument('<run>', RUN_ARGUMENT)
    .addOption(dsn())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook why latest'))
    .action(async (run, options) => {
      const { why } = await import('./commands/why.js');
      done(await why(context, run, options));
    });
}

/** The one that shows a run in formats for people and for programs. */
function addReportCommand(program: Command, context: CommandContext, done: Done): void {
  program
    .command('report')
    .description('show the report of a run: for people, a chat, a browser or a CI job')
    .argument('<run|file>', `${RUN_ARGUMENT}; or a report that run has written, by its path`)
    .addOption(
      program
        .createOption('--format <format>', 'how to show it')
        .choices(['text', 'markdown', 'html', 'junit', 'json'])
        .default('text' as const),
    )
    .option('--out <path>', 'write it to a file, whole or not at all')
    .addOption(mode())
    .addOption(dsn())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText(
      'after',
      example(
        'pg-runbook report latest --format html --out night.html',
        'pg-runbook report ./night.json --format markdown',
      ),
    )
    .action(async (source, options) => {
      const { report } = await import('./commands/report.js');
      done(await report(context, source, options));
    });
}
