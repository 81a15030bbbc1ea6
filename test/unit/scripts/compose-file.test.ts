import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../../../scripts/db/settings.js';
import { ROOT } from '../../support/root.js';

interface Service {
  readonly build: { readonly context: string; readonly dockerfile_inline: string };
  readonly command: string[];
  readonly ports?: string[];
  readonly healthcheck?: { readonly test: string[] };
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly environment: Record<string, string>;
}

const file = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const { services } = parse(file) as { services: Record<'postgres' | 'engine', Service> };

describe('docker-compose.yml', () => {
  it('builds the server from the official image and the packaged extension, in two lines', () => {
    const [from, run, ...more] = services.postgres.build.dockerfile_inline.trim().split('\n');
    expect(from).toBe('FROM postgres:18');
    expect(run).toMatch(/^RUN .*apt-get install .*postgresql-18-pg-background/);
    expect(more).toEqual([]);
  });

  it('opens the server on loopback only, and says when it is healthy', () => {
    expect(services.postgres.ports).toHaveLength(1);
    expect(services.postgres.ports?.[0]).toMatch(/^127\.0\.0\.1:/);
    expect(services.postgres.healthcheck?.test).toContain('pg_isready');
  });

  it('gives the server the same settings as scripts/db', () => {
    const given = services.postgres.command.filter((word) => word !== 'postgres' && word !== '-c');
    const wanted = Object.entries(SETTINGS)
      .filter(([name]) => name !== 'listen_addresses' && name !== 'unix_socket_directories')
      .map(([name, value]) => `${name}=${value}`);
    expect(given.sort()).toEqual(wanted.sort());
  });

  it('runs a runbook once the server is healthy, with the server’s password', () => {
    const { engine, postgres } = services;
    expect(engine.build.dockerfile_inline).toMatch(/^FROM node:20\n/);
    expect(engine.build.dockerfile_inline).toContain('npm ci');
    expect(engine.command.join(' ')).toMatch(/^npx pg-runbook run runbooks\/[\w-]+\.yaml$/);
    expect(engine.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(engine.environment['PGPASSWORD']).toBe(postgres.environment['POSTGRES_PASSWORD']);
    expect(engine.environment['PGHOST']).toBe('postgres');
  });
});
