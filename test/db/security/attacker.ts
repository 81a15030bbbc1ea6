import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { onServer, type TestDatabase } from '../../support/database.js';
import { EXTENSION_SCHEMA } from '../../support/template.js';

/** A login role without any right of its own, which wants to be a superuser. */
export interface Attacker {
  readonly role: string;
  /** libpq's environment of the role. */
  readonly env: Record<string, string>;
  /** Runs SQL as the attacker. */
  readonly query: (sql: string) => Promise<pg.QueryResult>;
  /** Opens a session as the attacker, which ends with the file. */
  readonly connect: (database?: TestDatabase) => Promise<pg.Client>;
  /**
   * SQL that makes `evil()` and a trigger function `evil_row()` in a schema. Whoever else runs them is noted,
   * and a superuser makes one of the attacker.
   */
  readonly functionsIn: (schema: string) => string;
  /** Fails when somebody ran the functions, or the attacker has more rights than at first. */
  readonly expectPowerless: () => Promise<void>;
}

const PASSWORD = 'for tests only';

/** Makes an attacker for a test file, at whose end it goes. */
export async function useAttacker(db: TestDatabase): Promise<Attacker> {
  const role = `${db.name}_mallory`;
  await db.query(`
    create role ${role} login password '${PASSWORD}';
    create table public.caught (who text);
    grant insert on public.caught to public`);
  const connect = (database = db): Promise<pg.Client> => {
    const uri = new URL(database.uri);
    Object.assign(uri, { username: role, password: PASSWORD });
    return database.connect({ connectionString: uri.href });
  };
  beforeEach(async () => {
    await db.query(`alter role ${role} nosuperuser`);
    await db.query('truncate public.caught');
  });
  afterAll(async () => {
    await db.query(`reassign owned by ${role} to current_user; drop owned by ${role} cascade`);
    await onServer((client) => client.query(`drop role ${role}`));
  });
  return {
    role,
    env: { ...db.env, PGUSER: role, PGPASSWORD: PASSWORD },
    connect,
    query: async (sql) => {
      const client = await connect();
      try {
        return await client.query(sql);
      } finally {
        await client.end();
      }
    },
    functionsIn: (schema) => `
      create function ${schema}.evil() returns integer language plpgsql as $$
        begin
          if current_user = '${role}' then
            return 0;
          end if;
          if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
            if current_setting('transaction_read_only') = 'on' then
              -- A transaction that only reads is no cage.
              perform ${EXTENSION_SCHEMA}.pg_background_launch('alter role ${role} superuser', 65536, 'evil');
            else
              alter role ${role} superuser;
            end if;
          end if;
          if current_setting('transaction_read_only') = 'off' then
            insert into public.caught values (current_user);
          end if;
          return 0;
        end $$;
      create function ${schema}.evil_row() returns trigger language plpgsql as $$
        begin perform ${schema}.evil(); return new; end $$;`,
    expectPowerless: async () => {
      const caught = await db.rows('select who from public.caught');
      const rights = await db.rows('select rolsuper from pg_roles where rolname = $1', [role]);
      expect({ caught, rights }).toEqual({ caught: [], rights: [{ rolsuper: false }] });
    },
  };
}

/** A role that may run runbooks and nothing else; it goes at the file's end. */
export function useMaintainer(
  db: TestDatabase,
  name: string,
): { readonly role: string; readonly env: Record<string, string> } {
  const role = `${db.name}_${name}`;
  beforeAll(() =>
    db.query(`
      create role ${role} login password '${PASSWORD}';
      grant pgbackground_role to ${role};
      grant usage on schema pgbg to ${role}`),
  );
  afterAll(async () => {
    await db.query(`drop owned by ${role} cascade`);
    await onServer((client) => client.query(`drop role ${role}`));
  });
  return { role, env: { ...db.env, PGUSER: role, PGPASSWORD: PASSWORD } };
}
