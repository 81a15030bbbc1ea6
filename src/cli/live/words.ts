import { describeDuration } from '../../model/duration.js';
import { formatSize } from '../../model/size.js';
import type { Unit } from './measure.js';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A duration that does not flicker: whole seconds. */
export function span(ms: number): string {
  if (ms < 60_000) return `${String(Math.max(0, Math.floor(ms / 1_000)))}s`;
  return describeDuration(ms);
}

/** How long it still takes, of which nobody is sure: all of it, or what goes on right now. */
export function remaining(ms: number, whole: boolean): string {
  const about = `~${span(Math.max(1_000, ms))}`;
  return whole ? `${about} left` : `phase ${about}`;
}

/** What is done in a second. */
export function pace(rate: number, unit: Unit, blockSize: number): string {
  if (unit === 'blocks' || unit === 'bytes') {
    return `${formatSize(Math.round(rate * (unit === 'blocks' ? blockSize : 1)))}/s`;
  }
  // A few a minute is no rate that means anything.
  if (unit !== 'rows') return '';
  return rate >= 10 ? `${number.format(rate)} rows/s` : `${rate.toFixed(1)} rows/s`;
}
