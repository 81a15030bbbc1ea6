/** What an exit code means to cron and to scripts. The only place where the numbers stand. */
export const EXIT = {
  ok: 0,
  taskFailed: 1,
  inputWrong: 2,
  refused: 3,
  outcomeUnknown: 4,
  /** Of `plan --detailed-exitcode` alone: there is something to do. */
  somethingToDo: 10,
  notNow: 75,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The signal that aborted something. */
export interface StopSignal {
  readonly name: string;
  readonly exitCode: ExitCode;
}

/** The exit code that a signal aborted something with. */
export function signalExitCode(reason: unknown): ExitCode {
  if (isStopSignal(reason)) return reason.exitCode;
  return reason === EXIT.terminated ? EXIT.terminated : EXIT.interrupted;
}

/** What stopped an engine, for people: a signal, or whoever called it. */
export function describeStop(reason: unknown): string {
  return isStopSignal(reason) ? `${reason.name} of the engine` : 'the caller of the engine';
}

function isStopSignal(reason: unknown): reason is StopSignal {
  return typeof reason === 'object' && reason !== null && 'exitCode' in reason;
}

/** Every error that a user can meet, and the exit code of its class. */
export const ERROR_EXIT_CODES = {
  usage: EXIT.inputWrong,
  invalid_runbook: EXIT.inputWrong,
  invalid_inventory: EXIT.inputWrong,
  invalid_connection: EXIT.inputWrong,
  connection_failed: EXIT.refused,
  connection_lost: EXIT.outcomeUnknown,
  query_failed: EXIT.taskFailed,
  pooler_between: EXIT.refused,
  extension_missing: EXIT.refused,
  extension_unsupported: EXIT.refused,
  extension_untrusted: EXIT.refused,
  server_unsupported: EXIT.refused,
  privilege_missing: EXIT.refused,
  budget_impossible: EXIT.refused,
  not_supported_yet: EXIT.refused,
  option_not_supported: EXIT.refused,
  step_refused: EXIT.refused,
  template_refused: EXIT.refused,
  setting_refused: EXIT.refused,
  guard_refused: EXIT.refused,
  version_changed: EXIT.refused,
  plan_invalid: EXIT.inputWrong,
  plan_altered: EXIT.refused,
  plan_stale: EXIT.refused,
  plan_not_written: EXIT.refused,
  ledger_missing: EXIT.refused,
  ledger_older: EXIT.refused,
  ledger_newer: EXIT.refused,
  ledger_other: EXIT.refused,
  ledger_busy: EXIT.notNow,
  relation_locked: EXIT.notNow,
  ledger_untrusted: EXIT.refused,
  ledger_damaged: EXIT.refused,
  run_not_found: EXIT.inputWrong,
  run_live: EXIT.refused,
  run_ended: EXIT.refused,
  run_taken_over: EXIT.outcomeUnknown,
  run_elsewhere: EXIT.refused,
  report_not_written: EXIT.refused,
  report_invalid: EXIT.inputWrong,
  metrics_not_written: EXIT.refused,
  window_closed: EXIT.notNow,
  overlap: EXIT.notNow,
  braked: EXIT.notNow,
  pass_taken: EXIT.notNow,
  overlap_forbidden: EXIT.refused,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof ERROR_EXIT_CODES;

export interface ErrorDetails {
  /** What to do about it. */
  readonly hint?: string;
  readonly sqlstate?: string;
  readonly cause?: unknown;
}

/** An error that a user can understand and act on: what happened, where, and what to do. */
export class RunbookError extends Error {
  override readonly name = 'RunbookError';
  readonly hint: string | undefined;
  readonly sqlstate: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.hint = details.hint;
    this.sqlstate = details.sqlstate;
  }

  get exitCode(): ExitCode {
    return ERROR_EXIT_CODES[this.code];
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
