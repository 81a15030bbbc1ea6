import type * as V1 from '../../generated/runbook.v1.js';
import type { Window } from '../../model/window.js';
import { toMs } from './selector.js';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A time of day in minutes. */
function toMinutes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

export function toWindow(authored: V1.Window): Window {
  return {
    maxDurationMs: toMs(authored.max_duration),
    notBefore: toMinutes(authored.not_before),
    finishBy: toMinutes(authored.finish_by),
    days: authored.days?.map((day) => WEEKDAYS.indexOf(day)),
    timeZone: authored.time_zone ?? 'UTC',
    atEnd: authored.at_end ?? 'drain',
    carryOver: authored.carry_over ?? true,
  };
}
