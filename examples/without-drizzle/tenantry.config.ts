import { defineConfig } from 'tenantry';
import { features } from './src/features.ts';
import { tenancy } from './src/tenancy.ts';
import { tables } from './tables.ts';

export default defineConfig({
  tenancy,
  tables,
  directory: {
    tenant: 'organizations.id',
    claims: { slug: 'organizations.slug' },
    member: 'memberships.user_id',
  },
  features,
});
