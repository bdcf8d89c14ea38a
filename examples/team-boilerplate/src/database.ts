import { createTenantPool } from '@tenantry/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import { placements } from './placements.ts';
import * as schema from './schema/index.ts';
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
    placements,
  });
  return { pool, db: drizzle(pool, { schema }) };
}

export type Database = ReturnType<typeof openDatabase>;
