import { defineAudit } from '@tenantry/audit-log';
import { billingActions } from '@tenantry/stripe-billing/audit';
import { z } from 'zod';
import { tenancy } from './tenancy.ts';

/** That rows changed, the triggers of `audited(t)` record; these are recorded by the application. */
export const audit = defineAudit(tenancy, {
  actions: { ...billingActions, 'document.restored': z.object({ title: z.string() }) },
  keepMonths: 24,
});
