import type { Output } from '../io.js';
import type { LiveView } from './live-view.js';
import type { Watcher } from './view.js';

/** A live view where there is a terminal for one; else undefined. What draws is loaded only then. */
export async function openLiveView(
  output: Output,
  watcher: Watcher,
): Promise<LiveView | undefined> {
  const { terminal } = output;
  if (terminal === undefined) return undefined;
  const { LiveView } = await import('./live-view.js');
  return new LiveView(output, terminal, watcher);
}
