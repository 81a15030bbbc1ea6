import { pino, type Logger } from 'pino';
import type { EngineEvent, EventListener } from '../engine/events.js';
import type { Trace } from '../model/traceparent.js';

/** Lines of JSON on stderr, each with the caller's trace. */
export function openJsonLog(trace: Trace | undefined): Logger {
  const base = { trace_id: trace?.traceId, parent_id: trace?.parentId };
  const destination = pino.destination({ fd: 2, sync: true });
  // A full disk behind the log, or a reader that is gone, must not end a run.
  destination.on('error', () => undefined);
  return pino({ base }, destination);
}

/** One line of JSON for each event, for machines. */
export function jsonProgress(log: Logger): EventListener {
  return (event) => {
    log.info(toLogFields(event), event.type);
  };
}

/** Ids and states only: the report holds the whole records. */
function toLogFields(event: EngineEvent): object {
  const fields: Record<string, unknown> = {};
  if ('task' in event) Object.assign(fields, { task: event.task.id, status: event.task.status });
  if ('step' in event) Object.assign(fields, { step: event.step.id, status: event.step.status });
  if ('run' in event) {
    Object.assign(
      fields,
      typeof event.run === 'string' ? { other: event.run } : { status: event.run.status },
    );
  }
  if ('attempt' in event && event.attempt !== undefined) {
    const { number, pid, sqlstate, message } = event.attempt;
    Object.assign(fields, { attempt: number, pid, sqlstate, message });
  }
  for (const key of [
    'delayMs',
    'tasks',
    'parts',
    'why',
    'how',
    'adopted',
    'message',
    'messages',
    'by',
    'progress',
    'residue',
  ] as const) {
    if (key in event) fields[key] = (event as unknown as Record<string, unknown>)[key];
  }
  return fields;
}
