import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './root.js';

/** The parts of deploy/kubernetes/cronjob.yaml that matter. */
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
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string } };
  }[];
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface CronJob {
  readonly kind: 'CronJob';
  readonly spec: {
    readonly schedule: string;
    readonly timeZone: string;
    readonly concurrencyPolicy: string;
    readonly jobTemplate: {
      readonly spec: {
        readonly backoffLimit: number;
        readonly activeDeadlineSeconds: number;
        readonly template: {
          readonly spec: {
            readonly restartPolicy: string;
            readonly terminationGracePeriodSeconds: number;
            readonly securityContext: Readonly<Record<string, unknown>>;
            readonly containers: readonly Container[];
            readonly volumes: readonly { readonly name: string }[];
          };
        };
      };
    };
  };
}

export const readDeployed = (path: string): string =>
  readFileSync(join(ROOT, 'deploy', path), 'utf8');

/** The documents of the Kubernetes file; a mistake in its YAML fails. */
export function readKubernetes(): { readonly map: ConfigMap; readonly job: CronJob } {
  const documents = parseAllDocuments(readDeployed('kubernetes/cronjob.yaml'), { strict: true });
  if (!Array.isArray(documents)) throw new Error('the file is empty');
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (errors.length > 0) throw new AggregateError(errors);
  const [map, job] = documents.map((document) => document.toJS() as unknown);
  return { map: map as ConfigMap, job: job as CronJob };
}
