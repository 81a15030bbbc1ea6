import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A PID alone gets reused; a PID with its start time does not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** Field 22 of /proc/PID/stat; the command in field 2 may hold blanks and brackets. */
export function startTimeOfStat(stat: string): string {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[19] ?? '';
}

/** When the process started, as an opaque text; undefined when there is no such process. */
export function startTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      return startTimeOfStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    }
    const shown = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return shown.trim();
  } catch {
    return undefined;
  }
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, started: startTime(process.pid) ?? '' };
}

export type StartTimeOf = (pid: number) => string | undefined;

export function isAlive(identity: ProcessIdentity, startTimeOf: StartTimeOf = startTime): boolean {
  return startTimeOf(identity.pid) === identity.started;
}

/** The identity that a lock or user file holds; undefined when it is not one (torn, foreign). */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity> | null;
    if (typeof value?.pid !== 'number' || !Number.isInteger(value.pid) || value.pid <= 0) {
      return undefined;
    }
    return typeof value.started === 'string'
      ? { pid: value.pid, started: value.started }
      : undefined;
  } catch {
    return undefined;
  }
}
