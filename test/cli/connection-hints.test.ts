import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { useRole } from '../db/support/roles.js';
import { useTestDatabase } from '../support/database.js';
import { runHere } from '../support/in-process.js';

const db = await useTestDatabase();
const { user, password } = await useRole(db);
const env = { ...db.env, PGUSER: user, PGPASSWORD: password };

async function refused(more: Readonly<Record<string, string>>): Promise<string> {
  const { code, stderr } = await runHere(['doctor'], { env: { ...env, ...more } });
  expect(code).toBe(3);
  expect(stderr).toContain('[connection_failed]');
  return stderr;
}

describe('a connection that fails', () => {
  it('for want of a password says so', async () => {
    const said = await refused({ PGPASSWORD: '', PGPASSFILE: '/nonexistent' });
    expect(said).toContain('the server asks for a password, and none was given');
    expect(said).not.toContain('SASL');
    expect(said).toContain('PGPASSFILE');
  });

  it('for a setting that the role may not make names where settings come from', async () => {
    const said = await refused({ PGOPTIONS: '-crole=pg_read_all_data' });
    expect(said).toContain('42501');
    expect(said).not.toContain('GRANT CONNECT');
    expect(said).toContain('PGOPTIONS');
  });

  it('for want of CONNECT gives the GRANT', async () => {
    await db.query(`revoke connect on database ${db.name} from public`);
    const said = await refused({});
    await db.query(`grant connect on database ${db.name} to public`);
    expect(said).toContain(`GRANT CONNECT ON DATABASE "${db.name}" TO "${user}";`);
  });

  it('for want of TLS says where it is switched on, and nothing of certificates', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end('N'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const said = await refused({
        PGHOST: '127.0.0.1',
        PGPORT: String(port),
        PGSSLMODE: 'require',
      });
      expect(said).toContain('ssl = on');
      expect(said).not.toContain('certificate');
    } finally {
      server.close();
    }
  });
});
