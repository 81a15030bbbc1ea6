/**
 * A search_path in which PostgreSQL's own names come first, as they do where nobody says otherwise. With a schema before
 * pg_catalog its owner decides what `=` and `lower` mean, in our own functions as well, and whoever owns a database can
 * set such a path for all of its sessions.
 */
export function catalogFirst(searchPath: string): string {
  const schemas = searchPath.match(/"(?:[^"]|"")*"|[^",\s]+/g) ?? [];
  // Where it is not listed it is searched first, too.
  return schemas.filter((schema, index) => index === 0 || !isCatalog(schema)).join(', ');
}

function isCatalog(schema: string): boolean {
  return schema === '"pg_catalog"' || schema.toLowerCase() === 'pg_catalog';
}
