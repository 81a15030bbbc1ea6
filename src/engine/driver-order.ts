import type { Step } from '../generated/plan.v1.js';
import { budgetTag } from '../model/identity.js';
import type { Settings } from '../model/runbook.js';
import { WRITING, withReading } from '../model/settings.js';
import { guardsDigest } from '../plan/task-digest.js';
import { readQuery } from '../postgres/background/client.js';
import { pollQuery } from '../postgres/background/poll.js';
import { NO_SLOT } from '../postgres/capacity.js';
import { ATTEMPT_SETTING, GUARDS_SETTING } from '../steps/completion.js';
import { stepKind } from '../steps/registry.js';
import type { RunContext } from './context.js';

/** In ms. */
const GRACES = {
  /** The server's statement_timeout comes first; our own clock only follows where that failed. */
  timeout_ms: 3_000,
  /** The server ends a worker when whoever should cancel it is gone, so much later than the window. */
  window_ms: 3_000,
  /** How long a worker may take to show in pg_stat_activity, before the handle alone is used to stop it. */
  identify_ms: 500,
  /** How long it may take to react to pg_cancel_backend, and then to SIGTERM. */
  cancel_ms: 5_000,
  terminate_ms: 10_000,
  first_poll_ms: 2,
  last_poll_ms: 250,
} as const;

/** A driver and its steps. */
interface Role {
  /** Steps whose workers it has. */
  readonly driven: readonly string[];
  /** True for the engine: it decides about all steps that no supervisor has. */
  readonly whole: boolean;
  /** True for a client: it can hear messages of workers, and keep its session quiet. */
  readonly hears: boolean;
  /** The server process of its session, where that could change. */
  readonly pid?: number | undefined;
}

/** The driver document of the engine. */
export function engineOrder(context: RunContext): object {
  const { steps } = context.plan;
  const driven = steps.filter(({ policy }) => policy === 'wait').map(({ id }) => id);
  const pid = context.session.identity?.pid;
  return driverOrder(context, steps, { driven, whole: true, hears: true, pid });
}

/** The driver document of the supervisor of a step. */
export function supervisorOrder(context: RunContext, step: Step): object {
  return driverOrder(context, [step], { driven: [step.id], whole: false, hears: false });
}

/**
 * All that the core executes and that does not stand in the ledger, or must not be forged there: the extension's calls,
 * the evidence queries, the workers' settings, the key of the tasks' seals; and the budget and the graces.
 */
function driverOrder(context: RunContext, steps: readonly Step[], role: Role): object {
  const { background, plan, workerDefaults, key } = context;
  const { dialect } = background;
  const guards = guardsDigest(plan.guards);
  const executions = steps.map(({ kind, spec }) =>
    stepKind(kind).execution(spec, plan.server.version_number),
  );
  const keys = new Map(executions.map((one, index) => [JSON.stringify(one), String(index)]));
  const keyOf = (index: number): string | undefined => keys.get(JSON.stringify(executions[index]));
  return {
    ...role,
    steps: Object.fromEntries(
      steps.map((step, index) => [step.id, { ...stepOrder(step), execution: keyOf(index) }]),
    ),
    executions: Object.fromEntries([...keys].map(([text, key]) => [key, JSON.parse(text)])),
    settings: { ...workerDefaults, [GUARDS_SETTING]: guards },
    attempt_setting: ATTEMPT_SETTING,
    launch: dialect.launch('$1', '$2', '$3'),
    poll: pollQuery(dialect),
    detach: dialect.detach('$1', '$2'),
    cancel: dialect.cancel('$1', '$2'),
    cancels_unseen: dialect.cancelsUnseen,
    read: readQuery(dialect, '$1', '$2'),
    budget: { ...plan.budget, no_slot: NO_SLOT },
    guards,
    guard_settings: plan.guards.length === 0 ? null : guardSettings(workerDefaults),
    graces: GRACES,
    key,
  };
}

function stepOrder(step: Step): object {
  return {
    settings: withReading(step.settings),
    budgets: Object.entries(step.budgets).map(([name, limit]) => ({
      name,
      tag: budgetTag(name),
      limit,
    })),
    quiet_ms: stepKind(step.kind).quietStartMs ?? 0,
  };
}

/** Guards find, read and write values as the role's sessions do, and change nothing. */
function guardSettings(defaults: Settings): Settings {
  const own = ['search_path', ...Object.keys(WRITING)];
  const settings = Object.entries(defaults).filter(([name]) => own.includes(name));
  return { ...Object.fromEntries(settings), transaction_read_only: 'on' };
}
