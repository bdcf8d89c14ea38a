import { pathsOf } from '../paths.ts';
import type { Stage, Step } from '../stage.ts';
import { rootDomain } from '../world.ts';

const mei = { as: 'fabrikam/mei' } as const;
const order = {
  plan: 'team',
  interval: 'monthly',
  returnUrl: `http://fabrikam.${rootDomain}/billing`,
};

/** Waits until the worker of the application has fetched what the events told of. */
async function tierBecomes({ ask }: Stage, tier: string): Promise<boolean> {
  for (let i = 0; i < 400; i++) {
    const [row] = await ask(`select plan_tier from tenants where slug = 'fabrikam'`);
    if (row?.plan_tier === tier) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

export const payingSteps: readonly Step[] = [
  {
    title: 'The tier limits what lives, and a payment lifts the limit',
    async run(stage) {
      const { send, claim, note, seeded, stripe } = stage;
      const projects = `${pathsOf(seeded, 'fabrikam').workspace('clinics')}/projects` as const;
      const create = (name: string) => send(`POST ${projects}`, { ...mei, body: { name } });
      let last = await create('Opening Tromsø');
      for (const city of ['Stavanger', 'Bodø', 'Ålesund']) last = await create(`Opening ${city}`);
      const sixth = await create('Opening Hamar');
      claim(
        sixth.status === 403 && sixth.json?.code === 'LIMIT_REACHED',
        'Lite has 5 projects: the sixth is refused with LIMIT_REACHED',
      );
      await send(`DELETE ${projects}/${last.json?.id}`, mei);
      claim((await create('Opening Hamar')).status === 201, 'one in the trash does not count');
      const { json: opened } = await send('POST /api/billing/checkout', { ...mei, body: order });
      stripe.completeCheckout(opened?.session);
      const { accepted } = await stripe.deliver();
      note(`paid; Stripe sends ${accepted} signed events`);
      claim(await tierBecomes(stage, 'team'), 'Fabrikam is on the tier team');
      claim((await create('Opening Molde')).status === 201, 'the next project is made');
      const { json: page } = await send('GET /api/billing', mei);
      claim(
        page?.plan === 'team' &&
          page.subscriptions[0]?.status === 'active' &&
          page.invoices[0]?.total === 4900,
        'the billing page shows the subscription and its invoice',
      );
      const tom = await send('GET /api/billing', { as: 'fabrikam/tom' });
      claim(tom.status === 403, 'a viewer does not see it: 403');
      const { json: other } = await send('GET /api/billing', { as: 'northwind/ines' });
      claim(other?.invoices.length === 0, 'Northwind sees nothing of what Fabrikam pays');
    },
  },
];
