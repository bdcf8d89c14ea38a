import { defineAudit } from '@tenantry/audit-log';
import { billingActions } from '@tenantry/stripe-billing/audit';
import { z } from 'zod';
import { tenancy } from './tenancy.ts';

/**
 * What the application records by itself. That rows changed, and how, the triggers of `audited(t)` see.
 * A read leaves no trace in a table, so a secret that is shown has an action of its own.
 */
export const audit = defineAudit(tenancy, {
  strict: true,
  actions: {
    ...billingActions,
    'vault.revealed': z.object({ name: z.string(), category: z.string() }),
    'vault.unreadable': z.object({ name: z.string(), category: z.string() }),
    'vault.rotated': z.object({ from: z.number(), to: z.number(), items: z.number() }),
  },
  keepMonths: 24,
});
