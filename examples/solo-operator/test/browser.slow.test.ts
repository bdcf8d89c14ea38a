import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { executable, hasBrowser, openBrowser } from '@tenantry/example-kit/browser';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { stageOf, steps } from '../src/demo/steps.ts';
import type { PersonKey } from '../src/seed/stories.ts';
import { signSession } from '../src/session.ts';
import { servedApp } from './support/app.ts';

// The built application. SCREENSHOTS=1 writes the pictures of the README.

vi.spyOn(console, 'error').mockImplementation(() => {});
const world = await servedApp();
const { seeded, url, ask } = world;
const silent = { sent() {}, answered() {}, claimed() {}, noted() {} };

describe('without JavaScript', () => {
  test.each(steps.map((step) => [step.title, step] as const))('%s', async (_, { run }) => {
    await run(stageOf(world, silent));
  });

  test('nobody who is not signed in sees anything, whatever the cookie says', async () => {
    const secret = world.environment.SESSION_SECRET as string;
    const payload = signSession(seeded.users.priya, secret).split('.')[0];
    const signature = signSession(seeded.users.tomas, secret).split('.')[1];
    const response = (cookie: string) =>
      fetch(`${url}/nair-studio/clients`, { headers: { cookie }, redirect: 'manual' });
    for (const cookie of ['', 'session=', 'session=a.b.c', `session=${payload}.${signature}`]) {
      const { status, headers } = await response(cookie);
      expect([status, headers.get('location')]).toEqual([307, '/sign-in']);
    }
  });

  test('what cannot be the name of a business is a page that does not exist', async () => {
    const tomas = world.as('tomas');
    for (const name of ['Nair%20Studio', 'NAIR', 'a'.repeat(200), '%00', '-', '__proto__', '🙂'])
      for (const page of ['', '/clients', '/vault', '/clients/x'])
        expect([name, (await tomas.get(`/${encodeURI(decodeURI(name))}${page}`)).status]).toEqual([
          name,
          404,
        ]);
    const page = await tomas.get('/oliveira-web/clients');
    const fields = { business: 'Nair Studio', name: 'Intruder', status: 'lead' };
    const { status } = await tomas.submit('/oliveira-web/clients', page, 'Add client', fields);
    expect(status).toBe(404);
  });

  test('a form of one business that names another one changes nothing', async () => {
    const tomas = world.as('tomas');
    const page = await tomas.get('/oliveira-web/clients');
    const fields = { business: 'nair-studio', name: 'Intruder', status: 'lead' };
    const { status } = await tomas.submit('/oliveira-web/clients', page, 'Add client', fields);
    expect(status).toBe(404);
    expect(await ask(`select from clients where name = 'Intruder'`)).toEqual([]);
  });
});

const inBrowser = async () => {
  const { context, close } = await openBrowser();
  context.setDefaultTimeout(120_000); // ends only what hangs
  afterAll(close);

  async function tab(person: PersonKey, path: string): Promise<Page> {
    const value = signSession(seeded.users[person], world.environment.SESSION_SECRET as string);
    await context.addCookies([{ name: 'session', value, url }]);
    const page = await context.newPage();
    await page.goto(url + path);
    return page;
  }
  const heading = (page: Page) => page.locator('main h1').first().textContent();
  const alert = (page: Page) => page.locator('main [role=alert]').first().textContent();
  async function picture(page: Page, name: string): Promise<void> {
    if (process.env.SCREENSHOTS !== '1') return;
    const folder = join(import.meta.dirname, '../screenshots');
    mkdirSync(folder, { recursive: true });
    await page.evaluate('scrollTo(0, 0)');
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }

  test('somebody signs in, and is in the own business', async () => {
    await context.clearCookies();
    const page = await context.newPage();
    await page.goto(url);
    await expect.poll(() => heading(page)).toBe('Sign in');
    await page.getByLabel('Priya Nair').check();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => heading(page)).toBe('Clients');
    expect(new URL(page.url()).pathname).toBe('/nair-studio/clients');
    const [cookie] = await context.cookies(url);
    expect(cookie).toMatchObject({ name: 'session', httpOnly: true, sameSite: 'Lax' });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => heading(page)).toBe('Sign in');
  });

  test('a client is added, and its page shows everything that is linked to it', async () => {
    const page = await tab('priya', '/nair-studio/clients');
    await page.getByLabel('Name').fill('Zara Khan');
    await page.getByLabel('Company').fill('Khan Textiles');
    await page.getByRole('button', { name: 'Add client' }).click();
    await expect.poll(() => heading(page)).toBe('Zara Khan');
    await page.goto(`${url}/nair-studio/clients/${seeded.ids.nair.clients['Ananya Rao']}`);
    const main = page.locator('main');
    for (const text of ['Ordering site', 'Saffron server, root', 'saffronkitchens.example'])
      await expect.poll(() => main.textContent()).toContain(text);
    await picture(page, 'client');
  });

  test('an invoice is written with lines, and gets its number and its total', async () => {
    const page = await tab('priya', '/nair-studio/invoices/new');
    await page.getByLabel('Client').selectOption({ label: 'Kenji Watanabe' });
    await page.getByLabel('Currency').fill('JPY');
    await page.getByLabel('Tax in percent').fill('10');
    await page.getByLabel('Description of line 1').fill('Export shop, days');
    await page.getByLabel('Quantity of line 1').fill('3.5');
    await page.getByLabel('Rate of line 1').fill('40000');
    await page.getByRole('button', { name: 'Create invoice' }).click();
    await expect.poll(() => heading(page)).toMatch(/^Invoice \d{4}-\d{4}$/);
    await expect.poll(() => page.locator('tfoot').textContent()).toContain('¥154,000');
    await picture(page, 'invoice');
  });

  test('an amount that its currency does not have is refused beside the form', async () => {
    const page = await tab('priya', '/nair-studio/invoices/new');
    await page.getByLabel('Currency').fill('JPY');
    await page.getByLabel('Description of line 1').fill('Half a yen');
    await page.getByLabel('Quantity of line 1').fill('1');
    await page.getByLabel('Rate of line 1').fill('0.5');
    await page.getByRole('button', { name: 'Create invoice' }).click();
    await expect.poll(() => alert(page)).toContain('at most 0 decimals for JPY');
  });

  test('the limit of the plan is told with the way out', async () => {
    const page = await tab('tomas', '/oliveira-web/clients');
    await page.getByLabel('Name').fill('One too many');
    await page.getByRole('button', { name: 'Add client' }).click();
    await expect.poll(() => alert(page)).toContain('The plan free allows 3 active clients');
    await picture(page, 'limit');
    await page.getByRole('link', { name: 'Compare the plans' }).click();
    await expect.poll(() => heading(page)).toBe('Plan and usage');
    const row = page.getByRole('row', { name: /Active clients/ });
    expect(await row.textContent()).toMatch(/3.*3.*15.*Unlimited/);
    await picture(page, 'plan');
  });

  test('a secret is revealed once, and not to a reload', async () => {
    const page = await tab('priya', '/nair-studio/vault');
    await page.getByRole('button', { name: 'Reveal Saffron server, root' }).click();
    const output = page.locator('output');
    await expect.poll(() => output.allTextContents()).toEqual(['turmeric-Ladder-58']);
    await picture(page, 'vault');
    await page.reload();
    await expect.poll(() => heading(page)).toBe('Vault');
    expect(await page.content()).not.toContain('turmeric');
    const [entry] = await ask(
      `select actor_id, metadata from audit_logs where action = 'vault.revealed'
       order by created_at desc limit 1`,
    );
    expect(entry).toMatchObject({
      actor_id: seeded.users.priya,
      metadata: { name: 'Saffron server, root' },
    });
  });

  test('a secret that does not decrypt is a page that says so, and nothing else', async () => {
    await ask(`update vault_items set encrypted_value = 'AQ==' where name = 'Domain registrar'`);
    const page = await tab('priya', '/nair-studio/vault');
    await page.getByRole('button', { name: 'Reveal Domain registrar' }).click();
    await expect.poll(() => alert(page)).toContain('This secret does not decrypt');
    expect(await page.content()).not.toMatch(/Monsoon|AQ==|node_modules/);
  });

  test('a task moves on the board, and a personal task is nobody else’s', async () => {
    const page = await tab('priya', '/nair-studio/projects');
    await page.getByRole('link', { name: 'Ordering site' }).click();
    await expect.poll(() => heading(page)).toBe('Ordering site');
    const done = page.getByRole('region', { name: 'Done' });
    const before = await done.getByRole('listitem').count();
    await page
      .getByRole('button', { name: /to Done$/ })
      .first()
      .click();
    await expect.poll(() => done.getByRole('listitem').count()).toBe(before + 1);
    await picture(page, 'board');
    await page.goto(`${url}/nair-studio/tasks`);
    await page.getByLabel('Title').fill('Call the accountant');
    await page.getByRole('button', { name: 'Add task' }).click();
    await expect.poll(() => page.locator('main').textContent()).toContain('Call the accountant');
    const colleague = await tab('jonas', '/nair-studio/tasks');
    await expect.poll(() => heading(colleague)).toBe('My tasks');
    expect(await colleague.content()).not.toContain('Call the accountant');
  });

  test('money is noted in its currency, and taken away again', async () => {
    const page = await tab('priya', '/nair-studio/transactions');
    await page.getByLabel('Description').fill('Lens for the product photos');
    await page.getByLabel('Kind').selectOption('expense');
    await page.getByLabel('Amount').fill('18500');
    await page.getByLabel('Currency').fill('JPY');
    await page.getByLabel('Day').fill('2026-10-05');
    await page.getByLabel('Client').selectOption({ label: 'Kenji Watanabe' });
    await page.getByRole('button', { name: 'Add transaction' }).click();
    const row = page.getByRole('row', { name: /Lens for the product photos/ });
    await expect.poll(() => row.allTextContents()).toEqual([expect.stringContaining('−¥18,500')]);
    await expect.poll(() => page.locator('main').textContent()).toMatch(/2026-10\s*−¥18,500/);
    await picture(page, 'transactions');
    const payment = page.getByRole('row', { name: /Payment of 2026-0001/ });
    expect(await payment.getByRole('button').count()).toBe(0);
    await row.getByRole('button').click();
    await expect.poll(() => row.count()).toBe(0);
  });

  test('content is planned, and is scheduled with a time only', async () => {
    const page = await tab('priya', '/nair-studio/content');
    await page.getByLabel('Title').fill('How we photograph food');
    await page.getByLabel('Kind').selectOption('video');
    await page.getByRole('button', { name: 'Add content' }).click();
    const row = page.getByRole('row', { name: /How we photograph food/ });
    await row.getByLabel('Status of').selectOption('scheduled');
    await row.getByRole('button').click();
    await expect.poll(() => alert(page)).toContain('what is scheduled has a time');
    await row.getByLabel('Time of').fill('2026-12-01T09:30');
    await row.getByLabel('Status of').selectOption('scheduled');
    await row.getByRole('button').click();
    const [item] = await expect
      .poll(() => ask(`select status from content_items where title = 'How we photograph food'`))
      .toEqual([{ status: 'scheduled' }])
      .then(() =>
        ask(`select scheduled_for at time zone 'UTC' as t from content_items
                       where title = 'How we photograph food'`),
      );
    expect(String(item?.t)).toContain('09:30');
    await page.goto(`${url}/nair-studio/content`);
    await picture(page, 'content');
  });

  test('an asset of each kind has a form of its own', async () => {
    const page = await tab('priya', '/nair-studio/assets');
    const kind = (title: string) => page.getByRole('region', { name: title });
    await expect.poll(() => kind('Domains').textContent()).toContain('saffronkitchens.example');
    await picture(page, 'assets');
    const add = async (title: string, fields: Record<string, string>, shown: string) => {
      await kind(title).locator('summary').click();
      for (const [label, value] of Object.entries(fields))
        await kind(title).getByLabel(label, { exact: true }).fill(value);
      await kind(title).getByRole('button').click();
      await expect
        .poll(() => kind(title).locator('tbody').allTextContents())
        .toEqual([expect.stringContaining(shown)]);
    };
    await add(
      'Servers',
      {
        Name: 'nair-2',
        Provider: 'Northhost',
        'IP address': '2001:db8::7',
        'Cost a month': '4.50',
      },
      '2001:db8::7',
    );
    const domain = { Name: 'watanabe.example', Registrar: 'Namefold', Until: '2027-03-01' };
    await add('Domains', domain, 'watanabe.example');
    const zone = { Zone: 'watanabe.example', Account: 'ops@nairstudio.example' };
    await add('Zones at Cloudflare', zone, 'watanabe.example');
    await add('Repositories at GitHub', { Owner: 'nair-studio', Repository: 'export' }, '/export');
    await add('Social accounts', { Handle: '@nairstudio' }, '@nairstudio');
    const software = { Name: 'Fonts', Vendor: 'Foundry Nine', Cost: '120' };
    await add('Software subscriptions', software, 'Foundry Nine');
  });

  test('another business is a page that does not exist', async () => {
    for (const path of ['/nair-studio/vault', '/nobody/vault']) {
      const page = await tab('tomas', path);
      await expect.poll(() => heading(page)).toBe('There is no such page');
    }
  });

  test('markup in a name is text', async () => {
    const name = '<img src=x onerror="document.title = `run`">';
    const page = await tab('tomas', '/oliveira-web/clients');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Status').selectOption('lead');
    await page.getByRole('button', { name: 'Add client' }).click();
    await expect.poll(() => heading(page)).toBe(name);
    await page.goto(`${url}/oliveira-web/clients`);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe('Clients');
  });

  test('an owner orders a larger plan at Stripe, and others cannot', async () => {
    const colleague = await tab('jonas', '/nair-studio/plan');
    await expect.poll(() => heading(colleague)).toBe('Plan and usage');
    expect(await colleague.getByRole('button', { name: /Order|Manage/ }).count()).toBe(0);
    const page = await tab('tomas', '/oliveira-web/plan');
    await page.getByRole('button', { name: 'Order solo' }).click();
    await page.getByRole('button', { name: 'Pay' }).click();
    await expect.poll(() => heading(page)).toBe('Plan and usage');
    const manage = page.getByRole('button', { name: 'Manage the subscription' });
    await expect
      .poll(async () => {
        await page.reload(); // Stripe tells of it afterwards
        return manage.count();
      })
      .toBe(1);
    expect(await page.getByRole('columnheader', { name: /solo/ }).textContent()).toContain('yours');
    await page.goto(`${url}/oliveira-web/clients`);
    await page.getByLabel('Name').fill('A fourth client');
    await page.getByRole('button', { name: 'Add client' }).click();
    await expect.poll(() => heading(page)).toBe('A fourth client');
  });
};

if (hasBrowser) describe('in a browser', inBrowser);
else {
  const noBrowser = `there is no browser at ${executable}: pages were not tried in one`;
  console.warn(noBrowser);
  test(noBrowser, () => expect(hasBrowser).toBe(false));
}
