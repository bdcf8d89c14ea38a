import { defineAudit } from '@tenantry/audit-log';
import { billingActions } from '@tenantry/stripe-billing/audit';
import { z } from 'zod';
import { tenancy } from './tenancy.ts';

/**
 * What the application records by itself, with the form of its metadata. That rows changed, and how,
 * the triggers of `audited(t)` see without a word of code.
 */
export const audit = defineAudit(tenancy, {
  strict: true,
  actions: {
    ...billingActions,
    'organization.deleted': z.object({ slug: z.string() }),
    'project.created': z.object({ name: z.string() }),
    'log.exported': z.object({ format: z.enum(['ndjson', 'csv']) }),
  },
  keepMonths: 24,
});
