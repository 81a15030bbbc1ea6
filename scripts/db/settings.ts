/**
 * The server's settings for tests and trying out. Durability is off: a machine crash may cost the
 * cluster, which the next start makes anew. Autovacuum stays on, as real servers have it, but comes
 * by so rarely that no test meets it by chance.
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_worker_processes: '24',
  max_connections: '200',
  max_prepared_transactions: '5',
  max_locks_per_transaction: '256',
  shared_buffers: '256MB',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum_naptime: '1d',
  lc_messages: 'C',
  log_line_prefix: '%m [%p] %a ',
};

export function settingsFile(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
  );
  return `# written at every start by scripts/db; edits are lost\n${lines.join('\n')}\n`;
}
