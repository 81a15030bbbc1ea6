import type { Document, LineCounter } from 'yaml';

/** A YAML text that could be parsed. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
}
