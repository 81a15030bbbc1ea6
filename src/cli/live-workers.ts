import type { EngineEvent } from '../engine/events.js';

/** Keeps in mind which workers live, for the moment when the engine has to leave them. */
export class LiveWorkers {
  readonly #pids = new Map<string, number>();

  note(event: EngineEvent): void {
    if (event.type === 'task_launched' && event.attempt.pid !== null) {
      this.#pids.set(event.task.id, event.attempt.pid);
    }
    if (
      event.type === 'task_ended' ||
      event.type === 'task_retried' ||
      event.type === 'task_split'
    ) {
      this.#pids.delete(event.task.id);
    }
  }

  /** `step/1 as pid 4711, …`, or `none`. */
  describe(): string {
    const parts = [...this.#pids].map(([task, pid]) => `${task} as pid ${String(pid)}`);
    return parts.length === 0 ? 'none' : parts.join(', ');
  }
}
