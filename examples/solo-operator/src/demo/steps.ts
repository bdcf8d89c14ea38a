import { type Audience, ClaimFailed, type StepOn } from '@tenantry/example-kit/demo';
import { type PersonKey, people } from '../seed/stories.ts';
import { decoded, type Fields, type Page } from './visitor.ts';
import type { World } from './world.ts';

/** What a step can do: visit pages, send forms, and claim something of what it saw. */
export interface Stage extends World {
  visit(person: PersonKey, path: string): Promise<Page>;
  /** Sends a form of a page by the text of its button. */
  submit(person: PersonKey, path: string, button: string, fields: Fields): Promise<Page>;
  claim(holds: boolean, text: string): void;
}

/** Puts a world on stage before an audience. */
export function stageOf(world: World, audience: Audience): Stage {
  const told = (page: Page): Page => {
    audience.answered({ status: page.status, text: summaryOf(page), json: undefined });
    return page;
  };
  return {
    ...world,
    async visit(person, path) {
      audience.sent(`GET ${path}`, `as ${people[person].name}`, undefined);
      return told(await world.as(person).get(path));
    },
    async submit(person, path, button, fields) {
      const who = world.as(person);
      const page = await who.get(path);
      audience.sent(`${button} on ${path}`, `as ${people[person].name}`, fields);
      return told(await who.submit(path, page, button, fields));
    },
    claim(holds, text) {
      audience.claimed(holds, text);
      if (!holds) throw new ClaimFailed(text);
    },
  };
}

/** The heading of a page, and what it says of a problem. */
function summaryOf({ status, html }: Page): string {
  if (status === 404) return 'There is no such page'; // which Next renders in the browser
  const [, heading = ''] = /<h1[^>]*>(.*?)<\/h1>/s.exec(html) ?? [];
  return decoded(
    [heading, alertOf(html)]
      .filter(Boolean)
      .join(' · ')
      .replaceAll(/<[^>]*>/g, ''),
  );
}

export const alertOf = (html: string): string =>
  decoded(
    (/<div role="alert" class="alert"[^>]*>(.*?)<\/div>/s.exec(html)?.[1] ?? '').replaceAll(
      /<[^>]*>/g,
      '',
    ),
  );

const market = '<img src=x onerror=alert(1)>';

export const steps: readonly StepOn<Stage>[] = [
  {
    title: 'Each person sees the clients of their own business',
    async run({ visit, claim }) {
      const priya = await visit('priya', '/nair-studio/clients');
      claim(priya.html.includes('Kenji Watanabe'), 'Nair Studio has Kenji Watanabe');
      const tomas = await visit('tomas', '/oliveira-web/clients');
      claim(!tomas.html.includes('Kenji Watanabe'), 'Oliveira Web does not');
    },
  },
  {
    title: "Another business's address is a page that does not exist",
    async run({ visit, claim, seeded }) {
      const id = Object.values(seeded.ids.nair.clients)[0];
      const foreign = await visit('tomas', `/nair-studio/clients/${id}`);
      const borrowed = await visit('tomas', `/oliveira-web/clients/${id}`);
      const unknown = await visit('tomas', '/no-such-business/clients');
      claim(foreign.status === 404, 'a client of Nair Studio, in its own address: 404');
      claim(borrowed.status === 404, 'the same client in the address of Oliveira Web: 404');
      claim(unknown.status === 404, 'a business that does not exist: 404, the same page');
    },
  },
  {
    title: 'The plan is a limit of the database',
    async run({ submit, claim }) {
      const full = await submit('tomas', '/oliveira-web/clients', 'Add client', {
        name: 'One too many',
        status: 'active',
      });
      claim(
        full.html.includes('data-code="LIMIT_REACHED"') && full.html.includes('/oliveira-web/plan'),
        'the fourth active client of a free plan is refused, with the way to the plans',
      );
      const lead = await submit('tomas', '/oliveira-web/clients', 'Add client', {
        name: market,
        status: 'lead',
      });
      claim(lead.status === 200, 'a lead is no active client, and is added');
      claim(
        !lead.html.includes(market) && lead.html.includes('&lt;img src=x onerror'),
        'markup in a name is shown, and does nothing',
      );
    },
  },
  {
    title: 'A secret is shown to its business, and the audit log says so first',
    async run({ submit, visit, claim }) {
      const list = await visit('priya', '/nair-studio/vault');
      claim(!list.html.includes('turmeric'), 'the list has no secret in it');
      const shown = await submit('priya', '/nair-studio/vault', 'Reveal Saffron server, root', {});
      claim(
        shown.html.includes('turmeric-Ladder-58'),
        'the secret comes in the answer to the form',
      );
    },
  },
  {
    title: 'An invoice is numbered and added up by the database',
    async run({ submit, seeded, claim }) {
      const made = await submit('priya', '/nair-studio/invoices/new', 'Create invoice', {
        clientId: Object.values(seeded.ids.nair.clients)[0] as string,
        currency: 'INR',
        taxRate: '18',
        description: ['Design of the menu', 'Photography'],
        quantity: ['12.5', '1'],
        rate: ['2500', '18000.50'],
      });
      claim(made.html.includes('₹58,115.59'), '12.5 × 2500 + 18000.50, and 18 % of it: ₹58,115.59');
    },
  },
];
