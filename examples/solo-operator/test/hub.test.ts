import { startProxy } from '@tenantry/testing/proxy';
import { afterAll, expect, it } from 'vitest';
import { createClient, updateClient } from '../src/actions/clients.ts';
import { createProject } from '../src/actions/projects.ts';
import { openDatabase } from '../src/database.ts';
import { loginUrls } from '../src/prepare.ts';
import { clientHub } from '../src/queries/client-hub.ts';
import { listClients } from '../src/queries/clients.ts';
import { listProjects } from '../src/queries/projects.ts';
import { listVaultItems } from '../src/queries/vault.ts';
import { tenancy } from '../src/tenancy.ts';
import { codeOf, password, testWorld } from './support/world.ts';

const { db, as, seeded, url } = await testWorld();
const asPriya = <T>(work: () => Promise<T>) => as('nair', 'priya', work);
const saffron = seeded.ids.nair.clients['Ananya Rao'] as string;

it('has everything that is linked to a client', async () => {
  const hub = await asPriya(() => clientHub(db, saffron));
  expect(hub).toMatchObject({
    client: { name: 'Ananya Rao', status: 'active' },
    projects: [{ name: 'Ordering site', budget: 5_000_000, currency: 'INR' }],
    invoices: [{ number: '2026-0001', total: 1_770_000, status: 'paid' }],
    transactions: [
      { kind: 'expense', amount: 350_000 },
      { kind: 'income', amount: 1_770_000 },
    ],
    vaultItems: [{ name: 'Payment gateway, live key' }, { name: 'Saffron server, root' }],
    contentItems: [{ title: 'A day in the tandoor kitchen' }],
    assets: {
      domains: [{ name: 'saffronkitchens.example', registrar: 'Namefold' }],
      cloudflare: [{ zoneName: 'saffronkitchens.example' }],
      github: [{ repository: 'saffron-ordering' }],
      hosting: [{ ipAddress: '203.0.113.24' }],
      social: [{ handle: '@saffronkitchens' }],
      subscriptions: [],
    },
  });
  expect(hub?.tasks.map(({ title, status }) => `${status}: ${title}`)).toEqual([
    'todo: Delivery zones by postcode',
    'todo: Print kitchen tickets',
    'in_progress: Payment by UPI',
    'done: Menu with allergens',
    'done: Opening hours',
  ]);
  // credentials lead to servers, servers to domains, domains to zones
  expect(hub?.assets.hosting[0]?.vaultItemId).toBe(hub?.vaultItems[1]?.id);
  expect(hub?.assets.domains[0]?.hostingId).toBe(hub?.assets.hosting[0]?.id);
  expect(hub?.assets.cloudflare[0]?.domainId).toBe(hub?.assets.domains[0]?.id);
});

it('shows no secret, not even encrypted', async () => {
  const all = await asPriya(async () => [await clientHub(db, saffron), await listVaultItems(db)]);
  expect(JSON.stringify(all)).not.toContain('encryptedValue');
});

it('is one round trip', async () => {
  const proxy = await startProxy({
    target: { host: new URL(url).hostname, port: Number(new URL(url).port) },
  });
  const counted = openDatabase(loginUrls(proxy.url(url), password));
  afterAll(async () => {
    await counted.pool.end();
    await proxy.close();
  });
  const hub = () =>
    tenancy.run({ businessId: seeded.businesses.nair, user: seeded.users.priya }, () =>
      clientHub(counted.db, saffron),
    );
  await hub(); // connects
  await proxy.reset();
  expect((await hub())?.tasks).toHaveLength(5);
  expect(await proxy.stats()).toMatchObject({ roundTrips: 1 });
});

it('is nobody else’s', async () => {
  await as('oliveira', 'tomas', async () => {
    expect(await clientHub(db, saffron)).toBeUndefined();
    expect(await updateClient(db, saffron, { name: 'Mine now' })).toBe(false);
    expect((await listClients(db)).map(({ name }) => name)).not.toContain('Ananya Rao');
    expect(await listProjects(db)).toMatchObject([
      { name: 'Bakery website', clientName: 'Beatriz Santos' },
      { name: 'Boat configurator', clientName: 'Henrik Dahl' },
    ]);
  });
});

it('cannot be linked from another business', async () => {
  const link = () => createProject(db, { name: 'Theirs', clientId: saffron });
  expect(await codeOf(as('oliveira', 'tomas', link))).toBe('23503');
});

it('refuses what is no client', async () => {
  for (const input of [
    {},
    { name: '' },
    { name: 'x', email: 'nobody' },
    { name: 'x', status: 'vip' },
    { name: 'x\0' },
    { name: '\ud800' },
    { name: 'x'.repeat(201) },
    { name: 'x', businessId: seeded.businesses.oliveira },
    JSON.parse('{"name": "x", "__proto__": {"status": "active"}}'),
    null,
    'x',
    [],
  ]) {
    expect([input, await codeOf(asPriya(() => createClient(db, input)))]).toEqual([
      input,
      'REQUEST_INVALID',
    ]);
  }
});
