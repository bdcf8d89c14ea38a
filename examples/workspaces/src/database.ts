import { createTenantPool } from '@tenantry/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import { tenancy } from './tenancy.ts';

/** Two logins of one database; neither owns a table, and only the second reaches across tenants. */
export interface DatabaseUrls {
  /** The login that serves tenants, a member of the role `app`. */
  readonly url: string;
  /** The login of `asSystem`, a member of the role `system`. */
  readonly systemUrl: string;
}

/** Opens the pool, and Drizzle on it. */
export function openDatabase({ url, systemUrl }: DatabaseUrls) {
  const pool = createTenantPool(tenancy, {
    connectionString: url,
    system: { connectionString: systemUrl },
  });
  return { pool, db: drizzle(pool) };
}

export type Database = ReturnType<typeof openDatabase>;
