import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './root.js';

/** The parts of the files in deploy/kubernetes that matter. */
export interface ConfigMap {
  readonly kind: 'ConfigMap';
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}

export interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: {
      readonly secretKeyRef?: { readonly name: string };
      readonly fieldRef?: { readonly fieldPath: string };
    };
  }[];
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

export interface JobSpec {
  readonly activeDeadlineSeconds: number;
  readonly template: {
    readonly spec: {
      readonly restartPolicy: string;
      readonly terminationGracePeriodSeconds: number;
      readonly securityContext: Readonly<Record<string, unknown>>;
      readonly containers: readonly Container[];
      readonly volumes: readonly {
        readonly name: string;
        readonly configMap?: { readonly name: string };
      }[];
    };
  };
}

export interface CronJob {
  readonly kind: 'CronJob';
  readonly spec: {
    readonly schedule: string;
    readonly timeZone: string;
    readonly concurrencyPolicy: string;
    readonly jobTemplate: { readonly spec: JobSpec & { readonly backoffLimit: number } };
  };
}

export interface IndexedJob {
  readonly kind: 'Job';
  readonly spec: JobSpec & {
    readonly completionMode: string;
    readonly completions: number;
    readonly parallelism: number;
    readonly backoffLimitPerIndex: number;
    readonly podFailurePolicy: {
      readonly rules: readonly {
        readonly action: string;
        readonly onExitCodes?: { readonly operator: string; readonly values: readonly number[] };
      }[];
    };
  };
}

export const readDeployed = (path: string): string =>
  readFileSync(join(ROOT, 'deploy', path), 'utf8');

/** The documents of a Kubernetes file; a mistake in its YAML fails. */
function readKubernetes(file: string): readonly unknown[] {
  const documents = parseAllDocuments(readDeployed(`kubernetes/${file}`), { strict: true });
  if (!Array.isArray(documents)) throw new Error('the file is empty');
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (errors.length > 0) throw new AggregateError(errors);
  return documents.map((document) => document.toJS() as unknown);
}

export function readCronJob(): { readonly map: ConfigMap; readonly job: CronJob } {
  const [map, job] = readKubernetes('cronjob.yaml');
  return { map: map as ConfigMap, job: job as CronJob };
}

export function readIndexedJob(): { readonly map: ConfigMap; readonly job: IndexedJob } {
  const [map, job] = readKubernetes('indexed-job.yaml');
  return { map: map as ConfigMap, job: job as IndexedJob };
}
