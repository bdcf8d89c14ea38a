import { counted, defineLimits, unlimited } from '@tenantry/plan-limits';
import { tenancy } from './tenancy.ts';

/** What the plan tiers allow; the database counts as rows are written. */
export const limits = defineLimits(tenancy, {
  features: { projects: counted(), documents: counted() },
  plans: {
    lite: { projects: 5, documents: 100 },
    team: { projects: 200, documents: 10_000 },
    enterprise: { projects: unlimited, documents: unlimited },
  },
  defaultPlan: 'lite',
});
