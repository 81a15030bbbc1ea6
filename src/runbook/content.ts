/**
 * Reading a content that the schema has not accepted yet: checks run on broken files as well, so
 * that one pass shows all problems.
 */
import type { Path } from './diagnostic.js';

export type Content = Readonly<Record<string, unknown>>;

export function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mapping at a key, or an empty one. */
export function contentAt(value: unknown, key: string): Content {
  const inner = isContent(value) ? own(value, key) : undefined;
  return isContent(inner) ? inner : {};
}

/** The list at a key, or an empty one. */
export function listAt(value: unknown, key: string): readonly unknown[] {
  const inner = isContent(value) ? own(value, key) : undefined;
  return Array.isArray(inner) ? inner : [];
}

/** The text at a key, if it is one. */
export function textAt(value: unknown, key: string): string | undefined {
  const inner = isContent(value) ? own(value, key) : undefined;
  return typeof inner === 'string' ? inner : undefined;
}

/** The number at a key, if it is one. */
export function numberAt(value: unknown, key: string): number | undefined {
  const inner = isContent(value) ? own(value, key) : undefined;
  return typeof inner === 'number' ? inner : undefined;
}

function own(value: Content, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A step as far as it can be read. */
export interface RawStep {
  readonly index: number;
  readonly path: Path;
  readonly id: string | undefined;
  readonly body: Content;
}

/** The steps that are mappings, with their place. */
export function rawSteps(root: unknown): readonly RawStep[] {
  return listAt(root, 'steps').flatMap((body, index) =>
    isContent(body) ? [{ index, path: ['steps', index], id: textAt(body, 'id'), body }] : [],
  );
}

/** The name that a message gives a step. */
export function nameStep(step: RawStep): string {
  return step.id === undefined ? `step ${String(step.index + 1)}` : `step ${step.id}`;
}
