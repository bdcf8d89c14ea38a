import { defineConfig } from 'tenantry';
import { audit } from './src/audit.ts';
import { billing } from './src/billing.ts';
import { limits } from './src/limits.ts';
import { rbac } from './src/rbac.ts';
import { memberships, organizations } from './src/schema.ts';
import { onCluster, organizationSlugs } from './src/slugs.ts';
import { tenancy } from './src/tenancy.ts';

export default defineConfig({
  tenancy,
  directory: {
    tenant: organizations.id,
    claims: { slug: onCluster ? organizationSlugs.slug : organizations.slug },
    member: memberships.userId,
  },
  features: [rbac, audit, limits, billing],
});
