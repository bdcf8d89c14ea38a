import { createTenantNext } from '@tenantry/core/next';
import { header, subdomain } from '@tenantry/core/resolvers';
import { cookies } from 'next/headers';
import { pool } from './db';

export const { withTenant, tenantAction, tenantPage, tenantCache } = createTenantNext(pool, {
  resolve: [subdomain({ root: 'app.localhost' }), header('x-tenant', { by: 'slug' })],
  // stands for your session
  user: async ({ headers }) =>
    headers.get('x-user') ?? (await cookies()).get('user')?.value ?? null,
});
