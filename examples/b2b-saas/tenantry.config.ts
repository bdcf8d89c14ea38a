import { defineConfig } from 'tenantry';
import { memberships, organizations } from './src/schema.ts';
import { tenancy } from './src/tenancy.ts';

export default defineConfig({
  tenancy,
  directory: {
    tenant: organizations.id,
    claims: { slug: organizations.slug },
    member: memberships.userId,
  },
});
