import { createTenantPool } from '@tenantry/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import * as schema from './schema.ts';
import { tenancy } from './tenancy.ts';

export const pool = createTenantPool(tenancy, { connectionString: process.env.DATABASE_URL });
export const db = drizzle(pool, { schema });
