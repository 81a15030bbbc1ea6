/** pg_background's own name for a worker, valid in the session that launched it. */
export interface Handle {
  readonly pid: number;
  /** An int8, kept as text: a JavaScript number would lose digits. */
  readonly cookie: string;
}

/** What names a worker in every session; a PID alone gets reused. */
export interface WorkerIdentity {
  readonly pid: number;
  /** `pg_stat_activity.backend_start` as the server writes it, microseconds included. */
  readonly backendStart: string;
  readonly applicationName: string;
}

/** PID_MAX_LIMIT of 64-bit Linux, the largest of the systems that PostgreSQL runs on. */
const MAX_PID = 4_194_304;

/**
 * The PID of a handle, or null where it cannot be one: for a worker that ended before its launch
 * returned, pg_background has no PID and hands out chance bytes (measured on 2.0.3).
 */
export function plausiblePid(pid: number): number | null {
  return pid > 0 && pid <= MAX_PID ? pid : null;
}

/** PostgreSQL cuts application_name at NAMEDATALEN - 1 bytes. */
const MAX_APPLICATION_NAME = 63;

/** The prefix of every worker's and every session's application_name. */
const APPLICATION_PREFIX = 'pg-runbook';

/**
 * The application_name of a task's worker: `pg-runbook/<run>/<step>/<task>`, of a detached step's
 * supervisor `pg-runbook/<run>/<step>/supervisor`; cut within the step's
 * name when it would not fit, so that run and task stay readable. Run, step and task are ASCII.
 * @param budgets named budgets that the worker counts for, two at most: its tags say so.
 */
export function workerApplicationName(
  run: string,
  step: string,
  task: number | 'supervisor',
  budgets: readonly string[] = [],
): string {
  const end = `/${String(task)}${budgets.map(budgetTag).join('')}`;
  const room = MAX_APPLICATION_NAME - `${APPLICATION_PREFIX}/${run}/${end}`.length;
  return `${APPLICATION_PREFIX}/${run}/${shorten(step, room)}${end}`;
}

/** Seven digits hold 32 bits, so that no tag is the beginning of another one. */
const TAG_DIGITS = 7;

/**
 * By what the workers of a named budget are told in `pg_stat_activity`, which shows the application_name
 * of all databases and roles: `+` and a hash, for names of any length.
 */
export function budgetTag(name: string): string {
  return `+${hash36(name).padStart(TAG_DIGITS, '0')}`;
}

/** What the names of all workers of a run begin with. */
export function workerNamePrefix(run: string): string {
  return `${APPLICATION_PREFIX}/${run}/`;
}

/** Steps that begin alike must not share a name: what is cut off leaves its hash. */
function shorten(step: string, room: number): string {
  if (step.length <= room) return step;
  const tail = `~${hash36(step)}`;
  return `${step.slice(0, room - tail.length)}${tail}`;
}

/** FNV-1a of 32 bits. */
function hash36(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return hash.toString(36);
}

/** The application_name of a session of the engine itself: `pg-runbook:<role>`, never a worker's. */
export function sessionApplicationName(run: string | undefined, role: string): string {
  return [APPLICATION_PREFIX, role, ...(run === undefined ? [] : [run])].join(':');
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * The id of a run: the day and six characters of chance, like `20261121-k3x9t2`.
 * @param random bytes of chance, six at least.
 */
export function makeRunId(now: Date, random: Uint8Array): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const tail = [...random.slice(0, 6)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? '0');
  return `${day}-${tail.join('')}`;
}
