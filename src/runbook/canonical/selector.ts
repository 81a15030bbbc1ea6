import { parseAge } from '../../model/duration.js';
import { parseRelationGlob, type RelationGlob } from '../../model/relation-glob.js';
import type { Selector } from '../../model/runbook.js';
import { parseSize } from '../../model/size.js';

/** The part of the authored form that selects relations. */
interface AuthoredSelector {
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  readonly min_size?: string;
  readonly max_size?: string;
  readonly limit?: number;
}

export function toGlobs(patterns: readonly string[] | undefined): readonly RelationGlob[] {
  return (patterns ?? []).flatMap((pattern) => parseRelationGlob(pattern) ?? []);
}

/** Of a duration or an age: the schema has told which of them may be how long. */
export function toMs(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseAge(duration);
}

export function toBytes(size: string | undefined): number | undefined {
  return size === undefined ? undefined : parseSize(size);
}

export function toSelector(authored: AuthoredSelector): Selector {
  return {
    include: toGlobs(authored.include),
    exclude: toGlobs(authored.exclude),
    min_size: toBytes(authored.min_size),
    max_size: toBytes(authored.max_size),
    limit: authored.limit,
  };
}
