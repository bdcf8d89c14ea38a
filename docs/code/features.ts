import { audited, defineAudit } from '@tenantry/audit-log';
import { counted, counter, defineLimits, flag, inFuture, unlimited } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { defineBilling } from '@tenantry/stripe-billing';
import { billingActions } from '@tenantry/stripe-billing/audit';
import type Stripe from 'stripe';
import { z } from 'zod';
import { pool } from './db.ts';
import { tenancy } from './tenancy.ts';

export const permissions = {
  projects: ['create', 'read', 'update', 'delete'],
  billing: ['manage'],
  members: ['invite', 'remove'],
  roles: ['manage'],
} as const;
export const rbac = defineRbac(tenancy, {
  permissions,
  roles: { member: ['projects:read'], admin: ['projects:*', 'members:*'], owner: ['*'] },
});
export const limits = defineLimits(tenancy, {
  features: {
    projects: counted(),
    activeClients: counted(),
    seats: counted(),
    apiCalls: counter({ per: 'month' }),
    tokens: counter({ per: 'month' }),
    sso: flag(),
  },
  plans: {
    free: { projects: 3, activeClients: 5, apiCalls: 1000, tokens: 1000 },
    pro: { projects: unlimited },
  },
  defaultPlan: 'free',
});
export const audit = defineAudit(tenancy, {
  actions: { ...billingActions, 'project.created': z.object({ name: z.string() }) },
});
export const billing = defineBilling(tenancy, {
  plans: { pro: { monthly: 'pro_monthly', yearly: 'pro_yearly' } },
  free: 'free',
  limits,
  audit,
});
export declare const stripe: Stripe;
export const runtime = billing.connect(pool, {
  stripe,
  livemode: false,
  webhookSecrets: ['whsec_test'],
});
export {
  audited,
  billingActions,
  counted,
  counter,
  defineAudit,
  defineBilling,
  defineLimits,
  defineRbac,
  flag,
  inFuture,
  unlimited,
  z,
};
