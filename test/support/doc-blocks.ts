import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.js';

/** The documents whose commands are run. */
export const RUN_DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** A fenced block; a comment right before it may say what becomes of it. */
export interface Block {
  /** `docs/a.md:12`, the line of its fence. */
  readonly at: string;
  readonly language: string;
  readonly text: string;
  /** `<!-- not run: REASON -->`: what it needs that a test has not. */
  readonly notRun: string | undefined;
  /** `<!-- file: PATH -->`: what the reader is told to write there. */
  readonly file: string | undefined;
}

const FENCE =
  /(?:^<!-- (?<mark>not run|file): *(?<value>.*?) *-->\n\n?)?^```(?<language>\S*)\n(?<text>[^]*?)^```$/gm;

export function blocksOf(path: string, text: string): Block[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const { mark, value, language = '', text: content = '' } = match.groups ?? {};
    const before = text.slice(0, match.index + match[0].indexOf('```'));
    return {
      at: `${path}:${String(before.split('\n').length)}`,
      language,
      text: content,
      notRun: mark === 'not run' ? value : undefined,
      file: mark === 'file' ? value : undefined,
    };
  });
}

export const readBlocks = (path: string): Block[] =>
  blocksOf(path, readFileSync(join(ROOT, path), 'utf8'));

/** Commands, for a shell or for the server: they are run, or say why not. */
export const isCommand = ({ language }: Block): boolean => ['sh', 'sql'].includes(language);

export const isRun = (block: Block): boolean => isCommand(block) && block.notRun === undefined;
