import { describe, expect, it } from 'vitest';
import { catalogFirst } from '../../../src/model/search-path.js';

describe('a search_path', () => {
  it.each([
    ['"$user", public', '"$user", public'],
    ['evil, pg_catalog, public', 'evil, public'],
    ['evil, "pg_catalog"', 'evil'],
    ['evil,PG_CATALOG,pg_temp', 'evil, pg_temp'],
    ['"a, b", "c""d", pg_catalog', '"a, b", "c""d"'],
    ['pg_catalog, evil', 'pg_catalog, evil'],
    ['', ''],
    ['""', '""'],
  ])('%s becomes %s: PostgreSQL’s own names come first', (given, safe) => {
    expect(catalogFirst(given)).toBe(safe);
  });
});
