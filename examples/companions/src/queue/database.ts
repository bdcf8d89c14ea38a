import { createTenantPool } from '@tenantry/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import * as schema from './schema.ts';
import { tenancy } from './tenancy.ts';

/** For the pool, and for `exempt` of tenantry.config.ts. */
export const exempt = {
  'pgboss.*': 'the queue: the app role adds jobs, which carry a signed scope, and reads none',
  'graphile_worker.*': 'the queue: the app role reaches it through jobs.add_job only',
};

/** Opens the pool, and Drizzle on it; the URLs are those of a member of app, and of system. */
export function openDatabase(urls: { readonly app: string; readonly system: string }) {
  const pool = createTenantPool(tenancy, {
    connectionString: urls.app,
    system: { connectionString: urls.system },
    exempt,
  });
  return { pool, db: drizzle({ client: pool, schema }) };
}

export type Database = ReturnType<typeof openDatabase>;
export type Transaction = Parameters<Parameters<Database['db']['transaction']>[0]>[0];
