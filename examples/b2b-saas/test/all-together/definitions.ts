import { defineAudit } from '@tenantry/audit-log';
import { defineTenancy } from '@tenantry/core';
import { counted, counter, defineLimits, flag } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { defineBilling } from '@tenantry/stripe-billing';
import { billingActions } from '@tenantry/stripe-billing/audit';
import { z } from 'zod';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
export const { reference } = defineIsolation(tenancy);

export const rbac = defineRbac(tenancy, {
  permissions: {
    projects: ['create', 'read', 'update', 'delete'],
    members: ['invite', 'remove', 'assign'],
    billing: ['manage'],
  },
  roles: {
    member: ['projects:*'],
    admin: ['member', 'members:*'],
    owner: ['*'],
  },
});

export const limits = defineLimits(tenancy, {
  features: {
    projects: counted(),
    seats: counted(),
    apiKeys: counted(),
    apiCalls: counter({ per: 'month' }),
    sso: flag(),
  },
  plans: {
    free: { projects: 3, seats: 2, apiKeys: 3, apiCalls: 1000 },
    pro: { projects: 50, seats: 10, apiKeys: 20, apiCalls: 50_000, sso: true },
  },
  defaultPlan: 'free',
});

export const audit = defineAudit(tenancy, {
  actions: { ...billingActions, 'project.created': z.object({ name: z.string() }) },
});

export const billing = defineBilling(tenancy, {
  plans: { pro: { monthly: 'pro_monthly' } },
  free: 'free',
  limits,
  audit,
});
