import type { Stage, Step } from '../stage.ts';

const initech = { as: 'bob', organization: 'initech' } as const;
const order = { plan: 'pro', interval: 'monthly', returnUrl: 'https://initech.example/billing' };

/** Waits until the worker of the application has fetched what the events told of. */
async function planBecomes({ ask }: Stage, plan: string): Promise<boolean> {
  for (let i = 0; i < 200; i++) {
    const [row] = await ask("select plan from organizations where slug = 'initech'");
    if (row?.plan === plan) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

export const billingSteps: readonly Step[] = [
  {
    title: 'A payment lifts the limit: by a webhook that Stripe has signed',
    async run(stage) {
      const { send, claim, note, stripe } = stage;
      const body = { name: 'Paid for' };
      const refused = await send('POST /api/projects', { ...initech, body });
      claim(refused.json?.code === 'LIMIT_REACHED', 'the free plan is full');
      const checkout = { ...initech, body: order };
      const { json: opened } = await send('POST /api/billing/checkout', checkout);
      const { json: again } = await send('POST /api/billing/checkout', checkout);
      claim(
        opened?.session !== undefined && again?.session === opened.session,
        'a second click gets the same checkout',
      );
      stripe.completeCheckout(opened.session);
      const { accepted } = await stripe.deliver({ order: 'shuffled', duplicate: 0.3 });
      note(`paid; Stripe sends ${accepted} signed events, shuffled, some of them twice`);
      claim(await planBecomes(stage, 'pro'), 'Initech is on the plan pro');
      const made = await send('POST /api/projects', { ...initech, body });
      claim(made.status === 201, 'the project that was refused is made');
      const { json: page } = await send('GET /api/billing', initech);
      claim(
        page?.plan === 'pro' &&
          page.invoices[0]?.status === 'paid' &&
          page.invoices[0].total === 2900,
        'the billing page shows the plan and the paid invoice',
      );
    },
  },
  {
    title: 'Billing cannot be forged, doubled or looked at by others',
    async run({ send, claim, ask }) {
      const event = {
        id: 'evt_forged',
        object: 'event',
        type: 'customer.subscription.deleted',
        livemode: false,
        data: { object: { id: 'sub_1', customer: 'cus_1' } },
      };
      const { status, json } = await send('POST /webhooks/stripe', { body: event });
      const stored = await ask(`select from webhook_events where event_id = 'evt_forged'`);
      claim(
        status === 400 && json?.code === 'WEBHOOK_SIGNATURE_INVALID' && stored.length === 0,
        'an event that Stripe did not sign: 400, and not stored',
      );
      for (const returnUrl of ['javascript:alert(1)', 'https://evil.test/']) {
        const body = { returnUrl };
        const portal = await send('POST /api/billing/portal', { ...initech, body });
        claim(
          portal.status === 400 && portal.json?.code === 'BILLING_RETURN_URL_INVALID',
          `a way back to ${returnUrl}: 400`,
        );
      }
      const second = await send('POST /api/billing/checkout', { ...initech, body: order });
      claim(second.status === 409, 'who has a subscription gets no second one: 409');
      const alan = await send('GET /api/billing', { as: 'alan', organization: 'acme' });
      claim(alan.status === 403, 'a member without billing:manage: 403');
      const ada = await send('GET /api/billing', { as: 'ada', organization: 'acme' });
      claim(
        ada.status === 200 && ada.json?.invoices.length === 0,
        'Acme sees nothing of what Initech pays',
      );
    },
  },
  {
    title: 'A subscription that ends takes the plan with it, and nothing else',
    async run(stage) {
      const { claim, ask, stripe } = stage;
      const [{ id } = {}] = await ask(
        `select s.id from subscriptions s join organizations o on o.id = s.organization_id where o.slug = 'initech'`,
      );
      const count = async () =>
        (
          await ask(
            `select count(*)::int from projects p join organizations o on o.id = p.organization_id where o.slug = 'initech'`,
          )
        )[0]?.count;
      const before = await count();
      stripe.call(`DELETE /v1/subscriptions/${id}`);
      await stripe.deliver();
      claim(await planBecomes(stage, 'free'), 'Initech is back on the free plan');
      claim((await count()) === before, 'every project is still there');
    },
  },
];
