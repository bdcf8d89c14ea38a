import { defineAudit } from '@tenantry/audit-log';
import { counted, counter, defineLimits, unlimited } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { defineBilling } from '@tenantry/stripe-billing';
import { billingActions } from '@tenantry/stripe-billing/audit';
import { z } from 'zod';
import { tenancy } from './tenancy.ts';

export const rbac = defineRbac(tenancy, {
  permissions: { projects: ['read', 'write'], members: ['invite'] },
  roles: { viewer: ['projects:read'], member: ['viewer', 'projects:write'], owner: ['*'] },
});

export const limits = defineLimits(tenancy, {
  features: { projects: counted(), apiCalls: counter({ per: 'month' }) },
  plans: {
    free: { projects: 2, apiCalls: 3 },
    pro: { projects: unlimited, apiCalls: 50_000 },
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

export const features = [rbac, audit, limits, billing];
