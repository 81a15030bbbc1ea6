import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * Names a content: SHA-256 over its canonical JSON (RFC 8785). Layout, comments and the order of
 * keys do not count; values from the command line must not be in it, for they change with each run.
 */
export function digestOf(content: unknown): string {
  const json = canonicalize(content) ?? '';
  return `sha256:${createHash('sha256').update(json, 'utf8').digest('hex')}`;
}
