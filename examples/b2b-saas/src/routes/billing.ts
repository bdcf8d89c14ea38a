import { guard } from '@tenantry/core/hono';
import { desc, eq } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import type { BillingRuntime } from '../billing.ts';
import type { Database } from '../database.ts';
import { rbac } from '../rbac.ts';
import { invoices, organizationBilling, organizations, subscriptions } from '../schema.ts';
import type { ApiEnv } from '../session.ts';
import { readBody, text } from '../validation.ts';

// which addresses one may be sent back to is said where billing is connected
const returnTo = { returnUrl: text(500) };
export const orderBody = z.strictObject({
  plan: z.literal('pro'),
  interval: z.enum(['monthly', 'yearly']),
  ...returnTo,
});

export const portalBody = z.strictObject(returnTo);

/** The billing page of an organization: what it has, what it paid, and the ways to Stripe. */
export function billingRoutes({ db, pool }: Database, runtime: BillingRuntime) {
  const routes = new Hono<ApiEnv>();
  routes.use('*', guard(rbac.requires('billing:manage')));

  routes.get('/', async (c) => {
    const [[organization], [state], current, past] = await pool.batch(() => [
      // what limits enforce: a plan may also be given by an operator
      db.select({ plan: organizations.plan }).from(organizations),
      db
        .select({
          access: organizationBilling.access,
          status: organizationBilling.status,
          periodEnd: organizationBilling.periodEnd,
          trialEndsAt: organizationBilling.trialEndsAt,
          endsAt: organizationBilling.endsAt,
        })
        .from(organizationBilling),
      db
        .select({ id: subscriptions.id, status: subscriptions.status, plan: subscriptions.plan })
        .from(subscriptions)
        .where(eq(subscriptions.status, 'active')),
      db
        .select({
          number: invoices.number,
          status: invoices.status,
          total: invoices.total,
          currency: invoices.currency,
          issuedAt: invoices.issuedAt,
          url: invoices.hostedUrl,
        })
        .from(invoices)
        .orderBy(desc(invoices.issuedAt))
        .limit(12),
    ]);
    return c.json({
      plan: organization?.plan ?? 'free',
      ...state,
      subscriptions: current,
      invoices: past,
    });
  });

  routes.post('/checkout', async (c) => {
    const { plan, interval, returnUrl } = await readBody(c, orderBody);
    const order = { plan, interval, successUrl: returnUrl, cancelUrl: returnUrl };
    return c.json(await runtime.checkout(order), 201);
  });

  routes.post('/portal', async (c) => {
    const { returnUrl } = await readBody(c, portalBody);
    return c.json(await runtime.portal({ returnUrl }), 201);
  });

  return routes;
}
