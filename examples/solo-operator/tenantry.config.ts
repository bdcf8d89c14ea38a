import { defineConfig } from 'tenantry';
import { audit } from './src/audit.ts';
import { billing } from './src/billing.ts';
import { limits } from './src/limits.ts';
import { businesses, memberships } from './src/schema/people.ts';
import { tenancy } from './src/tenancy.ts';

export default defineConfig({
  tenancy,
  directory: {
    tenant: businesses.id,
    claims: { slug: businesses.slug },
    member: memberships.userId,
  },
  features: [audit, limits, billing],
});
