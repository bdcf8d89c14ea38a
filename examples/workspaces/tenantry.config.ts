import { defineConfig } from 'tenantry';
import { audit } from './src/audit.ts';
import { billing } from './src/billing.ts';
import { limits } from './src/limits.ts';
import { rbac } from './src/rbac.ts';
import { memberships, tenants } from './src/schema/people.ts';
import { onCluster, tenantSlugs } from './src/slugs.ts';
import { tenancy } from './src/tenancy.ts';

export default defineConfig({
  tenancy,
  directory: {
    tenant: tenants.id,
    claims: { slug: onCluster ? tenantSlugs.slug : tenants.slug },
    // a tenant that was closed lets nobody in
    hiddenWhenSet: tenants.deletedAt,
    member: memberships.userId,
  },
  features: [rbac, audit, limits, billing],
  doctor: {
    ignore: [
      {
        rule: 'unique-counts-deleted',
        object: 'tenants.tenants_slug_key',
        reason: 'the address of a tenant that was closed goes to nobody else',
      },
    ],
  },
});
