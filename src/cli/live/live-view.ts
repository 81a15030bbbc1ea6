import type { RunLook } from '../../engine/live.js';
import type { Output } from '../io.js';
import { Block, type Terminal } from './block.js';
import { readTasks } from './reading.js';
import { hasRoom, render } from './render.js';
import { makeView, trackAll, type Tracks, type Watcher } from './view.js';

/** Durations go on between two looks. */
const REDRAW_MS = 1_000;
/** Many events at once are one picture. */
const SETTLES_MS = 100;

/** The live view of a run: a block below the lines that events leave. */
export class LiveView {
  /** Prints above the block. */
  readonly output: Output;
  readonly #block: Block;
  readonly #timer: NodeJS.Timeout;
  #pending: NodeJS.Timeout | undefined;
  #look: RunLook | undefined;
  #tracks: Tracks = new Map();
  #stopping = false;
  #closed = false;

  constructor(
    private readonly plain: Output,
    private readonly terminal: Terminal,
    private readonly watcher: Watcher,
  ) {
    this.#block = new Block(terminal);
    this.output = {
      ...plain,
      note: (text) => {
        this.#print(text);
      },
    };
    this.#timer = setInterval(this.#draw, REDRAW_MS).unref();
    terminal.on('resize', this.#resized);
  }

  /** False where the terminal is too small for more than plain lines. */
  get draws(): boolean {
    return hasRoom(this.#block.size);
  }

  /** Takes what was seen, and draws it. */
  readonly show = (look: RunLook): void => {
    this.#look = look;
    this.#tracks = trackAll(this.#tracks, readTasks(look));
    this.#draw();
  };

  /** From now on the view says that it ends. */
  stopping(): void {
    this.#stopping = true;
    this.#draw();
  }

  /** Gives the terminal back. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#pending);
    this.terminal.off('resize', this.#resized);
    this.#block.close();
  }

  #print(text: string): void {
    if (!this.#closed) this.#block.clear();
    this.plain.note(text);
    if (this.#closed || this.#pending !== undefined) return;
    this.#pending = setTimeout(() => {
      this.#pending = undefined;
      this.#draw();
    }, SETTLES_MS);
  }

  readonly #resized = (): void => {
    this.#block.clearResized();
    this.#draw();
  };

  readonly #draw = (): void => {
    if (this.#closed || this.#look === undefined) return;
    const shown = {
      look: this.#look,
      tracks: this.#tracks,
      watcher: this.watcher,
      stopping: this.#stopping,
    };
    const view = makeView(shown, Date.now());
    const { unicode, paint } = this.plain;
    this.#block.draw(render(view, { ...this.#block.size, unicode, paint }));
  };
}
