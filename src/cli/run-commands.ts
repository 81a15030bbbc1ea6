import type { Command } from '@commander-js/extra-typings';
import {
  CONNECTION_HELP,
  dsn,
  example,
  EXIT_HELP,
  json,
  logFormat,
  metrics,
  mode,
  ping,
  RUN_ARGUMENT,
  type CommandContext,
  type Done,
} from './command-line.js';

/** Those that act on runs. */
export function addRunCommands(program: Command, context: CommandContext, done: Done): void {
  program
    .command('cancel')
    .description(
      'stop a run, or one step of it, from any host; nothing that is not ours is touched',
    )
    .argument('<run>', RUN_ARGUMENT)
    .addOption(dsn())
    .option('--step <id>', 'only this step')
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook cancel latest --step reindex-bloated'))
    .action(async (run, options) => {
      const { cancel } = await import('./commands/cancel.js');
      done(await cancel(context, run, options));
    });
  program
    .command('pause')
    .description(
      'let a run launch nothing more, and its batches wait; without RUN all runs of the database',
    )
    .argument('[run]', RUN_ARGUMENT)
    .addOption(dsn())
    .option('--reason <text>', 'why, for those who look at the runs')
    .option('--until <time>', 'let them go on by themselves: 90m, or 2026-11-21T05:30:00Z')
    .option('--cancel', 'stop what runs, too; it goes on later')
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText(
      'after',
      example('pg-runbook pause latest', 'pg-runbook pause --reason "incident 4711" --until 2h'),
    )
    .action(async (run, options) => {
      const { pause } = await import('./commands/pause.js');
      done(await pause(context, run, options));
    });
  program
    .command('unpause')
    .description('let a paused run go on; without RUN all runs of the database')
    .argument('[run]', RUN_ARGUMENT)
    .addOption(dsn())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook unpause latest', 'pg-runbook unpause'))
    .action(async (run, options) => {
      const { unpause } = await import('./commands/pause.js');
      done(await unpause(context, run, options));
    });
  program
    .command('resume')
    .description(
      'go on with a run whose engine is gone, or that was cancelled: adopt, settle by proof, do the rest',
    )
    .argument('<run>', RUN_ARGUMENT)
    .option('--failed', 'do what failed or timed out again, too, where that does no harm')
    .addOption(dsn())
    .option('--report <path>', 'where to write the report (default: as run does)')
    .addOption(mode())
    .addOption(ping())
    .addOption(metrics())
    .addOption(logFormat())
    .addOption(json())
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', EXIT_HELP)
    .addHelpText('after', example('pg-runbook resume latest', 'pg-runbook resume latest --failed'))
    .action(async (run, options) => {
      const { resume } = await import('./commands/resume.js');
      done(await resume(context, run, options));
    });
  program
    .command('prune')
    .description('forget old runs in the ledger; live ones stay')
    .addOption(dsn())
    .option('--keep <time>', 'runs that began within this time stay', '90d')
    .addHelpText('after', CONNECTION_HELP)
    .addHelpText('after', example('pg-runbook prune --keep 365d'))
    .action(async (options) => {
      const { prune } = await import('./commands/prune.js');
      done(await prune(context, options));
    });
}
