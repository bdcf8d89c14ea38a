import { createTenantPool } from '@tenantry/core';
import { Kysely, PostgresDialect } from 'kysely';
import type { Database } from './schema.ts';
import { tenancy } from './tenancy.ts';

/** Two logins of one database; neither owns a table, and only the second reaches across tenants. */
export interface DatabaseUrls {
  readonly url: string;
  readonly systemUrl: string;
}

/** Opens the pool; raw pg is the pool itself. */
export const openPool = ({ url, systemUrl }: DatabaseUrls) =>
  createTenantPool(tenancy, {
    connectionString: url,
    system: { connectionString: systemUrl },
  });

/** Kysely on the pool. */
export const openKysely = (pool: ReturnType<typeof openPool>) =>
  new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
