import { need, needs, type Needs } from '../model/privilege.js';
import type { Discovery } from './contract.js';

type Found = Pick<Discovery, 'targets'>;

/** What a command needs that maintains its targets. */
export function maintenance(_spec: unknown, { targets }: Found): Promise<Needs> {
  return Promise.resolve(needs(targets.map(({ name }) => need(name, 'MAINTAIN'))));
}

/** The same of VACUUM and ANALYZE, which the owner of the database may do, too. */
export function databaseMaintenance(_spec: unknown, { targets }: Found): Promise<Needs> {
  return Promise.resolve(
    needs(targets.map(({ name }) => ({ ...need(name, 'MAINTAIN'), databaseOwnerMay: true }))),
  );
}
