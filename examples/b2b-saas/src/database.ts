import { createTenantPool, type PoolPlacements } from '@tenantry/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import * as schema from './schema.ts';
import { tenancy } from './tenancy.ts';

/** Two logins of one database; neither owns a table, and only the second reaches across tenants. */
export interface DatabaseUrls {
  /** The login that serves tenants, a member of the role `app`. */
  readonly url: string;
  /** The login of `asSystem`, a member of the role `system`. */
  readonly systemUrl: string;
}

/** How to open the database. */
export interface DatabaseOptions extends DatabaseUrls {
  /** Where organizations live that have a place of their own. Default: all share the tables. */
  readonly placements?: PoolPlacements | undefined;
}

/** Opens the pool, and Drizzle on it. */
export function openDatabase({ url, systemUrl, placements }: DatabaseOptions) {
  const pool = createTenantPool(tenancy, {
    connectionString: url,
    system: { connectionString: systemUrl },
    ...(placements !== undefined && { placements }),
  });
  return { pool, db: drizzle(pool, { schema }) };
}

export type Database = ReturnType<typeof openDatabase>;
