import { audit } from '@tenantry/example-b2b-saas/src/audit.ts';
import { billing } from '@tenantry/example-b2b-saas/src/billing.ts';
import { limits } from '@tenantry/example-b2b-saas/src/limits.ts';
import { rbac } from '@tenantry/example-b2b-saas/src/rbac.ts';
import { memberships, organizations } from '@tenantry/example-b2b-saas/src/schema.ts';
import { tenancy } from '@tenantry/example-b2b-saas/src/tenancy.ts';
import { placements } from './placements.ts';

/** That of the flagship, and `placements` among the features. */
export const config = {
  tenancy,
  directory: {
    tenant: organizations.id,
    claims: { slug: organizations.slug },
    member: memberships.userId,
  },
  features: [rbac, audit, limits, billing, placements],
};
