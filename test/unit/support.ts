import type { Target } from '../../src/generated/plan.v1.js';

/** A target as discovery finds it; everything that a test does not name is plain. */
export function target(name: string, more: Partial<Target> = {}): Target {
  const [schema = '', relation = ''] = name.split('.');
  const oid = Array.from(name, (char) => char.charCodeAt(0)).reduce(
    (a, b) => (a * 31 + b) % 1e6,
    7,
  );
  return { oid, name, schema, relation, table_oid: oid, size_bytes: 8_192, facts: {}, ...more };
}
