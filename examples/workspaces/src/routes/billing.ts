import { desc } from 'drizzle-orm';
import { z } from 'zod';
import { may } from '../access.ts';
import type { BillingRuntime } from '../billing.ts';
import type { Database } from '../database.ts';
import { invoices, subscriptions, tenants } from '../schema/index.ts';
import { type Api, text } from '../validation.ts';

// which addresses one may be sent back to is said where billing is connected
const portalBody = z.strictObject({ returnUrl: text(500) });
const orderBody = portalBody.extend({
  plan: z.literal('team'),
  interval: z.enum(['monthly', 'yearly']),
});

/** The subscription and the invoices of the tenant, and the ways to Stripe. */
export function billingRoutes(api: Api, { db, pool }: Database, runtime: BillingRuntime): void {
  const preHandler = may('billing:manage');

  api.get('/billing', { preHandler }, async () => {
    const { status, total, currency, issuedAt, hostedUrl } = invoices;
    const [[tenant], current, past] = await pool.batch(() => [
      // what limits enforce: a tier may also be given by an operator
      db.select({ plan: tenants.plan }).from(tenants),
      db
        .select({
          id: subscriptions.id,
          status: subscriptions.status,
          plan: subscriptions.plan,
        })
        .from(subscriptions),
      db
        .select({ number: invoices.number, status, total, currency, issuedAt, url: hostedUrl })
        .from(invoices)
        .orderBy(desc(issuedAt))
        .limit(12),
    ]);
    return { ...tenant, subscriptions: current, invoices: past };
  });

  api.post(
    '/billing/checkout',
    { preHandler, schema: { body: orderBody } },
    async ({ body: { returnUrl, ...order } }, reply) => {
      const session = { ...order, successUrl: returnUrl, cancelUrl: returnUrl };
      return reply.code(201).send(await runtime.checkout(session));
    },
  );

  api.post(
    '/billing/portal',
    { preHandler, schema: { body: portalBody } },
    async ({ body }, reply) => reply.code(201).send(await runtime.portal(body)),
  );
}
