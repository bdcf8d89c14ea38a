import { count, counter, defineLimits, inFuture, part, unlimited } from '@tenantry/plan-limits';
import { invitations, memberships, projects } from './schema.ts';
import { tenancy } from './tenancy.ts';

/**
 * What the plans allow. Projects and seats are counted by the database as rows are written; an open
 * invitation takes a seat until it is accepted, revoked or expired.
 */
export const limits = defineLimits(tenancy, {
  features: {
    projects: count(projects),
    seats: count([
      part(memberships),
      part(invitations, { acceptedAt: null, revokedAt: null, expiresAt: inFuture }),
    ]),
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
