import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReportV1 } from '../../src/generated/report.v1.js';
import { runProgram, type CliOptions, type CliResult } from '../support/cli.js';
import { useTestDatabase } from '../support/database.js';
import { makeCertificates, type ServerCertificate } from '../db/security/support/certificates.js';
import { startStub } from '../db/security/support/stub-server.js';
import { readCronJob, readDeployed, readIndexedJob } from '../support/deploy.js';
import { runHere } from '../support/in-process.js';
import { ROOT } from '../support/root.js';

const db = await useTestDatabase();
const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-deploy-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const QUIETLY = join(ROOT, 'deploy/cron/run-quietly.sh');
/** The script of a ConfigMap, as a pod has it. */
function podScript(name: string, { map }: Pick<ReturnType<typeof readCronJob>, 'map'>): string {
  const path = join(folder, name);
  writeFileSync(path, map.data['run.sh']!.replace('/opt/pg-runbook', ROOT));
  return path;
}
const IN_POD = podScript('run.sh', readCronJob());
const IN_INDEXED_POD = podScript('run-indexed.sh', readIndexedJob());

function runbook(name: string, sql: string, more = ''): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(
    path,
    `api_version: pg-runbook/v1
name: ${name}
version: 1
${more}
defaults: { timeout: 30s, lock_timeout: 1s }
steps: [{ id: only, sql: ${sql} }]
`,
  );
  return path;
}

const report = join(folder, 'report.json');
function shell(script: string, path: string, options: CliOptions = {}): Promise<CliResult> {
  return runProgram('sh', [script, path, '--report', report], { env: db.env, ...options });
}

describe.each([
  ['deploy/cron/run-quietly.sh', QUIETLY],
  ['the script of deploy/kubernetes/cronjob.yaml', IN_POD],
])('%s', (name, script) => {
  const quiet = script === QUIETLY;

  it('is content with a run that is done', async () => {
    const { code, stdout, stderr } = await shell(script, runbook('done', 'select 1'));
    expect(code, stderr).toBe(0);
    expect(stdout === '').toBe(quiet);
  });

  it('tells a failure, with its exit code', async () => {
    const { code, stdout } = await shell(script, runbook('fails', 'select 1 / 0'));
    expect(code).toBe(1);
    expect(stdout).toContain('division by zero');
  });

  it('takes "not now" for no failure', async () => {
    const held = await runHere(['pause', '--reason', name, '--until', '1h'], db);
    expect(held.code, held.stderr).toBe(0);
    const { code, stdout, stderr } = await shell(script, runbook('done', 'select 1'));
    await runHere(['unpause'], db);
    expect(code).toBe(0);
    if (quiet) expect(stdout).toBe('');
    else expect(stderr).toContain('[braked]');
  });
});

describe('the morning line of deploy/cron', () => {
  const command = /^0 8 .*? {2}pg-runbook {2}(.*)$/m.exec(readDeployed('cron/pg-runbook'))![1]!;
  const morning = (): Promise<CliResult> =>
    runProgram('sh', ['-c', command.replace('/opt/pg-runbook', ROOT)], { env: db.env });

  it('prints nothing when all is well, and what is missed', async () => {
    await shell(QUIETLY, runbook('done', 'select 1'));
    expect((await morning()).stdout).toBe('');
    const path = runbook('often', 'select 1', 'expect_every: 1s');
    await shell(QUIETLY, path);
    await expect
      .poll(async () => (await morning()).stdout, { timeout: 10_000 })
      .toMatch(/^warn {2}missed .*often/);
  });
});

describe('the script of deploy/kubernetes/indexed-job.yaml', () => {
  const inventory = join(folder, 'inventory.yaml');
  writeFileSync(
    inventory,
    `api_version: pg-runbook/inventory/v1
databases:
  - { name: here, dsn: 'dbname=${db.name}' }
  - { name: nowhere, dsn: 'dbname=${db.name} port=1' }
`,
  );
  /** A pod of a job of two. */
  const pod = (index: number, pass: string, path: string, options: CliOptions = {}) =>
    runProgram('sh', [IN_INDEXED_POD, path, '--inventory', inventory, '--report', folder], {
      env: { ...db.env, JOB_COMPLETION_INDEX: String(index), SHARDS: '2', PASS: pass },
      ...options,
    });

  it('runs the shard of its index, and once in a pass', async () => {
    const path = runbook('indexed', 'select 1');
    const codes = [];
    for (const index of [0, 0, 1]) codes.push((await pod(index, 'uid-1', path)).code);
    expect(codes).toEqual([0, 0, 1]);
    const runs = await db.rows(`select pass from runbook.run where runbook_name = 'indexed'`);
    expect(runs).toEqual([{ pass: 'uid-1' }]);
  });

  it('takes "not now" for no failure', async () => {
    await runHere(['pause', '--reason', 'indexed', '--until', '1h'], db);
    const { code, stderr } = await pod(0, 'uid-2', runbook('indexed', 'select 1'));
    await runHere(['unpause'], db);
    expect(code).toBe(0);
    expect(stderr).toContain('[braked]');
  });

  it('hands SIGTERM on', async () => {
    const signalAfter = { signal: 'SIGTERM', seen: /only\/1 launched/ } as const;
    const path = runbook('indexed-sleeps', 'select pg_sleep(20)');
    const { code, stderr } = await pod(0, 'uid-3', path, { signalAfter });
    expect(code, stderr).toBe(143);
    expect(stderr).toContain('cancelled');
  });
});

describe('the script of deploy/kubernetes/cronjob.yaml', () => {
  it('hands SIGTERM on: what runs is cancelled, and recorded', async () => {
    const path = runbook('sleeps', 'select pg_sleep(20)');
    const signalAfter = { signal: 'SIGTERM', seen: /only\/1 launched/ } as const;
    const { code, stderr } = await shell(IN_POD, path, { signalAfter });
    expect(code, stderr).toBe(143);
    const { run, steps } = JSON.parse(readFileSync(report, 'utf8')) as ReportV1;
    expect([run.status, steps[0]?.status]).toEqual(['cancelled', 'cancelled']);
  });
});

describe('a pod of deploy/kubernetes gives its password', () => {
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  makeCertificates(certificates);
  const pem = (name: string): Buffer => readFileSync(join(certificates, name));
  /** The variables of the job's own container, with its authority where we have one. */
  const variables = readCronJob().job.spec.jobTemplate.spec.template.spec.containers[0]!.env;
  const podEnv = Object.fromEntries(variables.map(({ name, value = 'hush' }) => [name, value]));

  it.each([
    ['to the server that is meant', 'good', 'connects over TLS'],
    ['to no server of a stranger', 'stranger', 'refuses'],
    ['to no server of another name', 'other-name', 'refuses'],
    ['to no server without TLS', undefined, 'refuses'],
  ] as const)('%s', async (_to, name: ServerCertificate | undefined, verdict) => {
    const tls =
      name === undefined ? undefined : { cert: pem(`${name}.crt`), key: pem(`${name}.key`) };
    const stub = await startStub({ tls });
    const env = {
      ...podEnv,
      PGHOST: 'localhost',
      PGHOSTADDR: '127.0.0.1',
      PGPORT: String(stub.port),
    };
    expect(podEnv).toHaveProperty('PGSSLROOTCERT');
    const PGSSLROOTCERT = join(certificates, 'ca.crt');
    const { code } = await shell(IN_POD, runbook('pod', 'select 1'), {
      env: { ...env, PGSSLROOTCERT },
    });
    expect(code).not.toBe(0);
    expect(stub.verdict()).toBe(verdict);
    await stub.close();
  });
});
