/** How far something had come at one moment. */
export interface Sample {
  /** What is counted: another key begins a new count. */
  readonly key: string;
  /** In ms since the epoch. */
  readonly at: number;
  readonly done: number;
  readonly total: number;
}

/** What successive samples tell. */
export interface Track {
  readonly key: string;
  readonly at: number;
  readonly done: number;
  readonly total: number;
  /** 0 to 1; never less than it was. */
  readonly share: number;
  readonly firstAt: number;
  /** When more was done the last time. */
  readonly movedAt: number;
  /** How many samples saw more done than the one before. */
  readonly moves: number;
  /** Sums that fade: what was done, and in which time. */
  readonly fadedDone: number;
  readonly fadedMs: number;
}

/** What happened so long ago counts about a third. */
const FADES_MS = 10_000;

/** Sooner, and after fewer moves, a rate is chance. */
const ETA_AFTER_MS = 3_000;
const ETA_AFTER_MOVES = 3;
/** What has not moved for so long may never do: nobody can say when it ends. */
const ETA_STALE_MS = 20_000;
/** Further away than this, an estimate of the moment says nothing. */
const LONGEST_ETA_MS = 99 * 3_600_000;

/** Adds a sample to what is known; a sample of something else begins anew. Pure. */
export function track(before: Track | undefined, sample: Sample): Track {
  const done = Math.max(0, finite(sample.done));
  const total = Math.max(0, finite(sample.total));
  const { key, at } = sample;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  if (before?.key !== key || at <= before.at) {
    if (before?.key === key) return before;
    const none = { moves: 0, fadedDone: 0, fadedMs: 0 };
    return { key, at, done, total, share, firstAt: at, movedAt: at, ...none };
  }
  const ms = at - before.at;
  const more = Math.max(0, done - before.done);
  const fade = Math.exp(-ms / FADES_MS);
  return {
    key,
    at,
    done,
    total,
    share: Math.max(before.share, share),
    firstAt: before.firstAt,
    movedAt: more > 0 ? at : before.movedAt,
    moves: before.moves + (more > 0 ? 1 : 0),
    fadedDone: before.fadedDone * fade + more,
    fadedMs: before.fadedMs * fade + ms,
  };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** Of what is counted, in a second; undefined as long as nothing was seen to move. */
export function rateOf({ fadedDone, fadedMs, moves }: Track): number | undefined {
  if (moves === 0 || fadedMs <= 0) return undefined;
  const rate = (fadedDone / fadedMs) * 1_000;
  return rate > 0 && Number.isFinite(rate) ? rate : undefined;
}

/** In how many ms it is done; undefined where that cannot be said honestly. */
export function etaOf(known: Track): number | undefined {
  const rate = rateOf(known);
  const { at, firstAt, movedAt, moves, done, total, share } = known;
  if (rate === undefined || moves < ETA_AFTER_MOVES || at - firstAt < ETA_AFTER_MS)
    return undefined;
  if (at - movedAt > ETA_STALE_MS || share >= 1 || done >= total) return undefined;
  const ms = ((total - done) / rate) * 1_000;
  return ms <= LONGEST_ETA_MS ? ms : undefined;
}
