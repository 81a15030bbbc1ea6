import type { ReportV1, Step, Target, Task } from '../generated/report.v1.js';
import { isFailure, isFinal, type TaskStatus } from '../model/status.js';
import { suggestionFor, type Suggestion } from './suggestions.js';

/** Something that needs attention; what went wrong the same way is told once. */
export interface Trouble {
  readonly step: string;
  readonly status: TaskStatus;
  readonly sqlstate: string | null;
  /** What the server said, or what is known, each text once. */
  readonly reasons: readonly string[];
  /** The tasks or relations that it happened to. */
  readonly places: readonly Place[];
  /** Warnings and details of the server, who was in the way among them. */
  readonly serverSaid: readonly string[];
  readonly suggestion: Suggestion | undefined;
}

export interface Place {
  readonly task: string;
  /** Relations, or none where the task has none. */
  readonly relations: readonly string[];
}

type Found = Omit<Trouble, 'places' | 'suggestion' | 'reasons'> & {
  readonly reason: string | null;
  readonly place: Place;
  readonly tries: number;
};

const WORST_FIRST: readonly TaskStatus[] = [
  'unknown',
  'failed',
  'timed_out',
  'cancelled',
  'skipped',
];

/** The server may say the same of every page of a table. */
const MOST_MESSAGES = 8;

/** What needs attention, worst first, and alike told once. Pure. */
export function troublesOf(report: ReportV1): Trouble[] {
  return report.steps
    .flatMap((step) =>
      alike(
        step.tasks.flatMap((task) => findIn(step, task)),
        step,
        report,
      ),
    )
    .toSorted((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status));
}

/** True for what somebody has to act upon, apart from what was passed by and is done another time. */
export function isSerious({ status, sqlstate }: Pick<Trouble, 'status' | 'sqlstate'>): boolean {
  return status === 'unknown' || isFailure(status) || isForbidden({ status, sqlstate });
}

/** A relation that the role may not touch makes a run fail, though it is called skipped. */
export function isForbidden({ status, sqlstate }: Pick<Target, 'status' | 'sqlstate'>): boolean {
  return status === 'skipped' && sqlstate === '42501';
}

/** PostgreSQL's code behind the status of a task. */
export function sqlstateOf({ targets, attempts }: Task): string | null {
  const ofTarget = targets.find(({ sqlstate }) => sqlstate !== null)?.sqlstate;
  return ofTarget ?? attempts.at(-1)?.sqlstate ?? null;
}

function findIn(step: Step, task: Task): Found[] {
  if (task.deferred || !isFinal(task.status)) return [];
  const last = task.attempts.at(-1);
  const tries = task.attempts.length;
  const serverSaid = (last?.messages ?? []).slice(0, MOST_MESSAGES);
  const wrong = task.status !== 'succeeded';
  const relations = task.targets
    .filter(({ status }) => status !== 'succeeded' && status !== task.status && isFinal(status))
    .map(({ name, status, sqlstate, reason }) => ({
      step: step.id,
      ...{ status, sqlstate, reason, serverSaid, tries },
      place: { task: task.id, relations: [name] },
    }));
  if (!wrong) return relations;
  const { status, reason } = task;
  const place = { task: task.id, relations: task.targets.map(({ name }) => name) };
  const own = { step: step.id, status, sqlstate: sqlstateOf(task), serverSaid, tries, place };
  return [{ ...own, reason: reason ?? last?.message ?? null }, ...relations];
}

function alike(found: readonly Found[], { kind }: Step, report: ReportV1): Trouble[] {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    // Errors with the same code differ by the name that their message has.
    const key = JSON.stringify([one.status, one.sqlstate ?? one.reason]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { step, status, sqlstate } = first;
    const reasons = new Set(group.flatMap(({ reason }) => reason ?? []));
    const said = new Set(
      group.flatMap(({ serverSaid }) =>
        serverSaid.filter((line) => !reasons.has(withoutSeverity(line))),
      ),
    );
    return {
      ...{ step, status, sqlstate, reasons: [...reasons] },
      serverSaid: [...said].slice(0, MOST_MESSAGES),
      places: group.map(({ place }) => place),
      suggestion: suggestionFor({
        ...{ report, status, sqlstate, kind },
        ...{ reasons: [...reasons], tries: first.tries },
      }),
    };
  });
}

/** `WARNING: x` is no news where `x` is the reason. */
const withoutSeverity = (line: string): string => line.replace(/^[A-Z]+: +/, '');
