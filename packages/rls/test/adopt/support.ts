import { randomBytes } from 'node:crypto';
import { defineTenancy, type TenantryError } from '@tenantry/core';
import {
  type AdoptionPlan,
  type FillSource,
  type PlannedTable,
  planAdoption,
  readFacts,
} from '@tenantry/rls/adopt';
import pg from 'pg';
import { afterAll, expect } from 'vitest';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });

/** A connection of its own, closed after the file's last test. */
export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  afterAll(() => client.end().catch(() => {}));
  return client;
}

/** A login that owns the database and its tables, and no superuser: what rented databases give. */
export async function ownerOf(
  root: pg.Client,
  url: string,
): Promise<{ name: string; url: string }> {
  const name = `owner_${randomBytes(5).toString('hex')}`;
  await root.query(`create role ${name} login password '${name}'`);
  for (const [role, attribute] of [
    ['app', 'nobypassrls'],
    ['system', 'bypassrls'],
  ]) {
    await root.query(
      `do $$ begin create role ${role} nologin ${attribute}; exception when duplicate_object or unique_violation then null; end $$`,
    );
    await root.query(`grant ${role} to ${name}`);
  }
  await root.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${name}`);
  await root.query(`alter schema public owner to ${name}`);
  const login = new URL(url);
  login.username = name;
  login.password = name;
  return { name, url: login.href };
}

export const planFor = async (client: pg.Client, of = tenancy): Promise<AdoptionPlan> =>
  planAdoption(await readFacts(client, of.roles.app), of);

/** A plan with a table said otherwise, as somebody edits the file. */
export const edited = (
  plan: AdoptionPlan,
  changes: Readonly<Record<string, Partial<PlannedTable>>>,
): AdoptionPlan => ({
  ...plan,
  tables: plan.tables.map((table) => ({ ...table, ...changes[table.table] })),
});

export const kinds = (plan: AdoptionPlan): Record<string, string> =>
  Object.fromEntries(plan.tables.map(({ table, is }) => [table.replace('public.', ''), is]));

export const fills = (plan: AdoptionPlan): Record<string, readonly FillSource[] | undefined> =>
  Object.fromEntries(
    plan.tables.flatMap(({ table, is, fill }) =>
      is === 'isolated' ? [[table.replace('public.', ''), fill]] : [],
    ),
  );

export const rows = async <R extends object>(
  client: pg.Client,
  text: string,
  values: unknown[] = [],
) => (await client.query<R>(text, values)).rows;

/** What a promise is rejected with. */
export const failed = (promise: Promise<unknown>): Promise<TenantryError> =>
  promise.then(
    () => expect.fail('it was accepted'),
    (error: TenantryError) => error,
  );

export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
