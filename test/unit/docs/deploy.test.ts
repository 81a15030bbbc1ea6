import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/errors.js';
import { readDsn } from '../../../src/postgres/dsn.js';
import { loadInventoryFile } from '../../../src/runbook/inventory/load.js';
import { loadRunbookText } from '../../../src/runbook/load.js';
import { readCronJob, readDeployed, readIndexedJob } from '../../support/deploy.js';
import { runHere } from '../../support/in-process.js';

/** The cancel ladder gives a worker 0.5 + 5 + 10 s; then the records are written. */
const LADDER_S = 16;

/** What the units may say, where no systemd is there to be asked. */
const UNIT_KEYS: Readonly<Record<string, readonly string[]>> = {
  Unit: ['Description', 'Wants', 'After'],
  Timer: ['OnCalendar', 'AccuracySec', 'Persistent'],
  Install: ['WantedBy'],
  Service: [
    ...['Type', 'DynamicUser', 'EnvironmentFile', 'LoadCredential', 'Environment', 'ExecStart'],
    ...['LogsDirectory', 'SuccessExitStatus', 'TimeoutStopSec', 'LockPersonality'],
    ...['CapabilityBoundingSet', 'NoNewPrivileges', 'PrivateDevices', 'ProtectClock'],
    ...['ProtectControlGroups', 'ProtectHome', 'ProtectKernelModules', 'ProtectKernelTunables'],
    ...['ProtectSystem', 'RestrictAddressFamilies', 'RestrictNamespaces'],
    'SystemCallArchitectures',
  ],
};

/** `section.key` → value; any line that is neither is an error. */
function parseUnit(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    else if (key === undefined) throw new Error(`neither a section nor a key: ${line}`);
    else values.set(`${section}.${key}`, value ?? '');
  }
  return values;
}

/** The options of a command line; each must be one of `pg-runbook COMMAND`. */
async function expectKnownOptions(command: string, words: readonly string[]): Promise<void> {
  const { stdout } = await runHere([command, '--help']);
  for (const word of words.filter((one) => one.startsWith('--'))) {
    expect(stdout).toContain(`${word} `);
  }
}

async function expectRunbook(text: string): Promise<void> {
  const result = await loadRunbookText(text, 'nightly.yaml', { requireParameters: true });
  expect(result.ok ? result.warnings : result.diagnostics).toEqual([]);
}

describe('deploy/systemd', () => {
  const units = readdirSync(new URL('../../../deploy/systemd', import.meta.url)).sort();
  const service = parseUnit(readDeployed('systemd/pg-runbook@.service'));
  const timer = parseUnit(readDeployed('systemd/pg-runbook@.timer'));

  it.each(units)('%s has keys of systemd and no others', (name) => {
    for (const key of parseUnit(readDeployed(`systemd/${name}`)).keys()) {
      const [section = '', own = ''] = key.split('.');
      expect(UNIT_KEYS[section], key).toContain(own);
    }
  });

  const analyzes = spawnSync('systemd-analyze', ['--version']).status === 0;
  it.runIf(analyzes)('satisfies systemd-analyze', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-units-'));
    try {
      const paths = units.map((name) => join(folder, name.replace('@', '@nightly')));
      for (const [index, name] of units.entries()) {
        // It looks for the program, which is elsewhere on some machines.
        const text = readDeployed(`systemd/${name}`).replace('/usr/bin/node', process.execPath);
        writeFileSync(paths[index]!, text);
      }
      const told = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8' });
      const ours = told.stderr.split('\n').filter((line) => line.includes('pg-runbook'));
      expect({ status: told.status, ours }).toEqual({ status: 0, ours: [] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('runs the program itself, with options that it has', async () => {
    const words = service.get('Service.ExecStart')!.split(' ');
    expect(words.slice(1, 3)).toEqual(['/opt/pg-runbook/dist/cli/main.js', 'run']);
    await expectKnownOptions('run', words);
  });

  it('wakes nobody for "not now", and leaves the cancel ladder its time', () => {
    expect(service.get('Service.SuccessExitStatus')).toBe(String(EXIT.notNow));
    expect(Number(service.get('Service.TimeoutStopSec'))).toBeGreaterThan(LADDER_S);
  });

  it('has a timer of the same name, for once a day', () => {
    expect(units).toEqual(['pg-runbook@.service', 'pg-runbook@.timer']);
    expect(timer.get('Timer.OnCalendar')).toMatch(/^\*-\*-\* \d\d:\d\d:\d\d [A-Z]\w+\/\w+$/);
    expect(timer.get('Install.WantedBy')).toBe('timers.target');
  });
});

/** An inventory without mistakes, and without passwords. */
async function expectInventory(text: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pg-runbook-inventory-'));
  try {
    const file = join(folder, 'inventory.yaml');
    writeFileSync(file, text);
    const result = await loadInventoryFile(file, readDsn);
    expect(result.ok ? result.warnings : result.diagnostics).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('deploy/inventory.yaml', () => {
  it('validates', () => expectInventory(readDeployed('inventory.yaml')));
});

const cron = readCronJob();
const indexed = readIndexedJob();

describe.each([
  ['cronjob.yaml', cron.map, cron.job.spec.jobTemplate.spec],
  ['indexed-job.yaml', indexed.map, indexed.job.spec],
])('deploy/kubernetes/%s', (_name, map, spec) => {
  const pod = spec.template.spec;
  const container = pod.containers[0]!;

  it('has a runbook that validates, shorter than the job may live', async () => {
    await expectRunbook(map.data['nightly.yaml']!);
    const [, hours] = /max_duration: (\d+)h/.exec(map.data['nightly.yaml']!)!;
    const [, minutes] = /timeout: (\d+)m/.exec(map.data['nightly.yaml']!)!;
    expect(spec.activeDeadlineSeconds).toBeGreaterThan(Number(hours) * 3600 + Number(minutes) * 60);
  });

  it('leaves the cancel ladder its time', () => {
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(LADDER_S);
  });

  it('runs as nobody in particular, within bounds', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String) as string },
      limits: { memory: expect.any(String) as string },
    });
  });

  it('has the password from a Secret, and every volume that it mounts', () => {
    const password = container.env.find(({ name }) => name === 'PGPASSWORD');
    expect(password).not.toHaveProperty('value');
    expect(password?.valueFrom?.secretKeyRef?.name).toBe('pg-runbook');
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(
      pod.volumes.map(({ name }) => name),
    );
  });

  it('verifies the server, by a root certificate that is mounted', () => {
    const valueOf = (wanted: string) => container.env.find(({ name }) => name === wanted)?.value;
    const mount = container.volumeMounts.find(({ name }) => name === 'ca');
    expect(valueOf('PGSSLMODE')).toBe('verify-full');
    expect(valueOf('PGSSLROOTCERT')).toBe(`${mount?.mountPath ?? ''}/ca.crt`);
    expect(mount?.readOnly).toBe(true);
    expect(pod.volumes.find(({ name }) => name === 'ca')?.configMap?.name).toBe('pg-runbook-ca');
  });

  it('calls what the ConfigMap holds, with options that the program has', async () => {
    const [, script] = container.command;
    const [runbook] = container.args;
    const mount = container.volumeMounts.find(({ name }) => name === 'runbooks')!.mountPath;
    expect([script, runbook]).toEqual([`${mount}/run.sh`, `${mount}/nightly.yaml`]);
    const held = container.args.filter((arg) => arg.startsWith(`${mount}/`));
    for (const path of held) expect(Object.keys(map.data)).toContain(path.slice(mount.length + 1));
    expect(pod.volumes.find(({ name }) => name === 'runbooks')?.configMap?.name).toBe(
      map.metadata.name,
    );
    await expectKnownOptions('run', [...container.args, ...map.data['run.sh']!.split(/\s+/)]);
  });
});

describe('deploy/kubernetes/cronjob.yaml', () => {
  const { map, job } = cron;
  const { spec } = job.spec.jobTemplate;

  it('runs once at a time, and never a failed one again', () => {
    expect([map.kind, job.kind]).toEqual(['ConfigMap', 'CronJob']);
    expect(job.spec.schedule).toMatch(/^\d+ \d+ \* \* \*$/);
    expect(() => Intl.DateTimeFormat('en', { timeZone: job.spec.timeZone })).not.toThrow();
    expect(job.spec.concurrencyPolicy).toBe('Forbid');
    expect([spec.backoffLimit, spec.template.spec.restartPolicy]).toEqual([0, 'Never']);
  });
});

describe('deploy/kubernetes/indexed-job.yaml', () => {
  const { map, job } = indexed;
  const { spec } = job;
  const { env } = spec.template.spec.containers[0]!;
  const variable = (name: string) => env.find((one) => one.name === name);

  it('has a pod for each shard', () => {
    expect([map.kind, job.kind, spec.completionMode]).toEqual(['ConfigMap', 'Job', 'Indexed']);
    expect(spec.parallelism).toBe(spec.completions);
    expect(variable('SHARDS')?.value).toBe(String(spec.completions));
  });

  it('has an inventory that validates', () => expectInventory(map.data['inventory.yaml']!));

  it('is one pass, and tries again what a failed pod has left, but no wrong input', () => {
    expect(variable('PASS')?.valueFrom?.fieldRef?.fieldPath).toBe(
      "metadata.labels['batch.kubernetes.io/controller-uid']",
    );
    expect(spec.backoffLimitPerIndex).toBeGreaterThan(0);
    // Kubernetes takes a policy for failures with this one only.
    expect(spec.template.spec.restartPolicy).toBe('Never');
    const failing = spec.podFailurePolicy.rules.find(({ action }) => action === 'FailIndex');
    expect(failing?.onExitCodes).toEqual({ operator: 'In', values: [EXIT.inputWrong] });
  });
});

describe('deploy/cron', () => {
  const lines = readDeployed('cron/pg-runbook')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const jobs = lines.filter((line) => !/^[A-Z]+=/.test(line));

  it('has variables first, and then lines of /etc/cron.d: five times, an account, a command', () => {
    expect(lines.slice(-jobs.length)).toEqual(jobs);
    for (const job of jobs) {
      expect(job).toMatch(/^\d{1,2} \d{1,2} (?:[\d*]+ ){3} ?pg-runbook {2}\S.*$/);
      // A bare % would end the command; the rest would be its input.
      expect(job.replaceAll('\\%', '')).not.toContain('%');
    }
  });

  it('calls what is there, with options that the program has', async () => {
    const [run] = jobs;
    expect(run).toContain('/opt/pg-runbook/deploy/cron/run-quietly.sh ');
    await expectKnownOptions('run', run!.split(' '));
  });
});
