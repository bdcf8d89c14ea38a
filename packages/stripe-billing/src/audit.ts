/**
 * The actions that billing writes to the audit log of `@tenantry/audit-log`. It needs zod, as the audit
 * log does.
 *
 * @module
 */
import { z } from 'zod';

/**
 * The actions of billing with the zod schemas of their metadata. Spread them into the actions of
 * `defineAudit`; `defineBilling` then takes the audit log as it is.
 *
 * @example
 * ```ts
 * export const audit = defineAudit(tenancy, {
 *   actions: { ...billingActions, 'project.created': z.object({ name: z.string() }) },
 * });
 * export const billing = defineBilling(tenancy, { plans, audit });
 * ```
 */
export const billingActions = {
  /** A tenant has another plan or other add-ons. The resource is the tenant. */
  'billing.plan_changed': z.object({
    from: z.string().nullable(),
    to: z.string().nullable(),
    readOnly: z.boolean(),
    addons: z.record(z.string(), z.number()),
    source: z.string(),
  }),
  /** A tenant has another customer at Stripe. The resource is the customer. */
  'billing.customer_linked': z.object({ account: z.string(), livemode: z.boolean() }),
};
