import { afterAll, beforeAll, describe } from 'vitest';
import { TestDatabase } from '../../support/database.js';
import { useOwnServer } from '../../support/own-server.js';
import { serverIsGiven } from '../../support/server.js';
import { SLOTS } from './cases/slots.js';
import { conform } from './support/conform.js';

/** What counts on the whole server would meet the workers of other test files. */
const server = useOwnServer('conformance');
const db = new TestDatabase('postgres', serverIsGiven() ? 'postgresql:///' : await server.start());
afterAll(() => db.closeClients());

describe.skipIf(serverIsGiven())('slots of the whole server', () => {
  beforeAll(() => db.query('create extension pg_background'));
  conform(db, SLOTS);
});
