import { createTenantPool } from '@tenantry/core';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import type pg from 'pg';
import { afterAll } from 'vitest';
import * as schema from '../fixtures/search-schema.ts';
import { connect } from '../support/fixture.ts';
import { acme, globex } from '../support/seed.ts';

export const { tenancy } = schema;
export const extensions =
  'create extension if not exists pg_trgm; create extension if not exists citext; create extension if not exists btree_gin;';

/** A database with the tables of the fixture, and what reaches it: a superuser and a tenant pool. */
export async function searchDatabase() {
  const { url } = await testDatabase({
    key: 'rls-search',
    migrate: async (to) => {
      await withClient(to, (client) => client.query(extensions));
      await applySchema(to, { tenancy, schema });
    },
  });
  const root = await connect(url);
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 2,
  });
  afterAll(() => pool.end());
  return { url, root, pool };
}

/** Runs `fn` in the scope of a tenant. */
export const as = <R>(tenant: { readonly id: string }, fn: () => Promise<R>): Promise<R> =>
  tenancy.run(tenant.id, fn);

/** With few rows PostgreSQL reads the table; the functions that plan for each query shall not. */
export async function preferIndexes(root: pg.Client, on: boolean): Promise<void> {
  const { rows } = await root.query<{ signature: string }>(
    `select oid::regprocedure::text as signature from pg_proc
     where pronamespace = 'tenantry'::regnamespace and proname like 'search\\_%'
       and 'plan_cache_mode=force_custom_plan' = any(proconfig)`,
  );
  for (const { signature } of rows) {
    await root.query(
      `alter function ${signature} ${on ? 'set enable_seqscan = off' : 'reset enable_seqscan'}`,
    );
  }
}

export { acme, globex };
