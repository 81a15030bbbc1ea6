import { contentAt, rawSteps, type Content } from '../content.js';
import { isReadingSetting } from '../../model/settings.js';
import type { Path, Problem } from '../diagnostic.js';

/** Settings that the engine gives its workers; a runbook that changed them would blind it. */
const ENGINE_SETS: Readonly<Record<string, string>> = {
  statement_timeout: 'Use the key `timeout`.',
  lock_timeout: 'Use the key `lock_timeout` beside `settings`.',
  application_name: 'The engine finds its workers by it.',
  role: 'Workers run as the role that connects.',
  session_authorization: 'Workers run as the role that connects.',
};

const READS_SQL =
  'Remove it: PostgreSQL must read the SQL as it was validated. Write it so that it needs no such setting.';

function hintFor(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (isReadingSetting(lower)) return READS_SQL;
  if (lower.startsWith('pg_runbook.')) return 'These names belong to the engine.';
  return Object.hasOwn(ENGINE_SETS, lower) ? ENGINE_SETS[lower] : undefined;
}

function checkOne(owner: Content, path: Path): Problem[] {
  return Object.keys(contentAt(owner, 'settings')).flatMap((name): Problem[] => {
    const hint = hintFor(name);
    if (hint === undefined) return [];
    const message = `the engine itself sets ${name}`;
    const place = [...path, 'settings', name];
    return [{ code: 'setting-reserved', message, hint, path: place, at: 'key' }];
  });
}

/** Finds settings that only the engine may set. */
export function checkSettings(content: unknown): readonly Problem[] {
  return [
    ...checkOne(contentAt(content, 'defaults'), ['defaults']),
    ...rawSteps(content).flatMap((step) => checkOne(step.body, step.path)),
  ];
}
