import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  forgetState,
  parseState,
  readState,
  serverUri,
  writeState,
  type State,
} from '../../../scripts/db/state.js';

const installation = { bin: '/usr/bin', root: '/', account: { uid: 101, gid: 101 }, home: '/h' };
const state: State = {
  format: 1,
  port: 5555,
  password: 'abc',
  systemIdentifier: '7312',
  dataDirectory: '/srv/data',
  keep: true,
  server: { kind: 'cluster', cluster: { installation, folder: '/h/main-18' } },
};

describe('the state file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-state-'));
  const path = join(folder, 'state.json');
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('is read back as written, and only its owner may read the password', () => {
    writeState(path, state);
    expect(readState(path)).toEqual(state);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    forgetState(path);
    expect(readState(path)).toBeUndefined();
  });

  it('is no state when torn', () => {
    writeFileSync(path, JSON.stringify(state).slice(0, 40));
    expect(readState(path)).toBeUndefined();
  });

  it('knows a compose project', () => {
    const compose = { ...state, server: { kind: 'compose', project: 'p' } };
    expect(parseState(JSON.stringify(compose))).toEqual(compose);
  });

  it.each([
    ['another format', { ...state, format: 2 }],
    ['no port', { ...state, port: undefined }],
    ['a port that is none', { ...state, port: 70_000 }],
    ['a password that is no text', { ...state, password: 7 }],
    ['no keep', { ...state, keep: undefined }],
    ['an unknown kind of server', { ...state, server: { kind: 'cloud' } }],
    ['a cluster without programs', { ...state, server: { kind: 'cluster', cluster: {} } }],
    ['null', null],
    ['a list', []],
  ])('is no state with %s', (_case, value) => {
    expect(parseState(JSON.stringify(value))).toBeUndefined();
  });

  it('gives the URI', () => {
    expect(serverUri(state)).toBe('postgresql://postgres:abc@127.0.0.1:5555/postgres');
    expect(serverUri(state, 'shop')).toBe('postgresql://postgres:abc@127.0.0.1:5555/shop');
  });
});
