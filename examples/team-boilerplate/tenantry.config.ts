import { defineConfig } from 'tenantry';
import { placements } from './src/placements.ts';
import { rbac } from './src/rbac.ts';
import { memberships, organizations } from './src/schema/index.ts';
import { tenancy } from './src/tenancy.ts';

export default defineConfig({
  tenancy,
  directory: {
    tenant: organizations.id,
    claims: { slug: organizations.slug, domain: organizations.domain },
    member: memberships.userId,
  },
  features: [rbac, placements],
});
