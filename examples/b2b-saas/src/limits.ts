import { counted, counter, defineLimits, unlimited } from '@tenantry/plan-limits';
import { tenancy } from './tenancy.ts';

/**
 * What the plans allow. The database counts projects and seats as rows are written; `src/schema.ts` says
 * in each table which rows count.
 */
export const limits = defineLimits(tenancy, {
  features: {
    projects: counted(),
    seats: counted(),
    apiCalls: counter({ per: 'month' }),
  },
  plans: {
    free: { projects: 3, seats: 2, apiCalls: 1000 },
    pro: {
      projects: { limit: 50, graceDays: 14 },
      seats: { limit: 10, graceDays: 14 },
      apiCalls: 50_000,
    },
    enterprise: { projects: unlimited, seats: unlimited, apiCalls: unlimited },
  },
  addOns: { 'extra-seats': { seats: 5 } },
  defaultPlan: 'free',
});
