import { count, counter, defineLimits, flag, inFuture, part, unlimited } from '../../src/index.ts';
import { clients, documents, invitations, memberships, projects, tenancy } from './schema.ts';

export const limits = defineLimits(tenancy, {
  features: {
    projects: count(() => projects),
    activeClients: count(clients, { where: { status: 'active' } }),
    documents: count(documents, { where: { isDraft: false }, mode: 'counter' }),
    seats: count([part(memberships), part(invitations, { acceptedAt: null, expiresAt: inFuture })]),
    apiCalls: counter({ per: 'month' }),
    exports: counter({ per: 'day' }),
    credits: counter({ per: 'lifetime' }),
    sso: flag(),
  },
  plans: {
    free: { projects: 10, activeClients: 10, documents: 10, seats: 3, apiCalls: 100, credits: 50 },
    pro: {
      projects: { limit: 50, graceDays: 7 },
      activeClients: 50,
      documents: 50,
      seats: { limit: 10, enforcement: 'soft' },
      apiCalls: 50_000,
      exports: 5,
      sso: true,
    },
    small: { projects: { limit: 2, graceDays: 7 }, apiCalls: { limit: 10, graceDays: 7 } },
    enterprise: {
      projects: unlimited,
      activeClients: unlimited,
      documents: unlimited,
      seats: unlimited,
      apiCalls: unlimited,
      exports: unlimited,
      credits: unlimited,
      sso: true,
    },
  },
  addOns: { 'extra-seats': { seats: 5 }, 'single-sign-on': { sso: true } },
  defaultPlan: 'free',
});
