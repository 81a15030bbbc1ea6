import type { Path } from './diagnostic.js';

/** The parts of a JSON pointer; what looks like a list position becomes a number. */
export function parsePointer(pointer: string): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((part) =>
      /^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~'),
    );
}
