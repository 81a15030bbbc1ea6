import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../support/root.js';

export interface ActionStep {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly 'working-directory'?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { description: string; default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export const ACTION = parse(readText('action.yml')) as Action;
