import type { Clock } from './clock.js';

/** A killed engine's report tells of every worker that was launched longer ago than this. */
const SAVE_EVERY_MS = 1_000;
/** Of ten thousand tasks it takes a tenth of a second to write: most of the time is for the work. */
const SAVE_AT_MOST = 0.05;

/** Saves the report beside the work, one save at a time. */
export class ReportSaver {
  #saving: Promise<void> | undefined;
  #requests = 0;
  #routineAfter = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly save: () => Promise<void>,
    private readonly clock: Clock,
  ) {}

  /** Saves what is there now; asked for while one is saved, it is saved once more. */
  soon(): void {
    this.#requests += 1;
    this.#saving ??= this.#saveAll();
  }

  /** The same, now and then. */
  nowAndThen(): void {
    if (this.clock.now() >= this.#routineAfter) this.soon();
  }

  /**
   * Comes back when what is there now is saved.
   * @throws what a save threw.
   */
  async now(): Promise<void> {
    await this.#saving;
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.save();
  }

  async #saveAll(): Promise<void> {
    try {
      for (let saved = 0; saved !== this.#requests;) {
        saved = this.#requests;
        const from = this.clock.now();
        await this.save();
        const took = this.clock.now() - from;
        this.#routineAfter = from + took + Math.max(SAVE_EVERY_MS, took / SAVE_AT_MOST);
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#saving = undefined;
  }
}
