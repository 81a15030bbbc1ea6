import type { Document, LineCounter } from 'yaml';
import type { FileFormat } from './file-format.js';

/** A YAML text that could be parsed. */
export interface Source {
  readonly path: string;
  readonly format: FileFormat;
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
}
