import { isStorableText } from '@tenantry/core/sql';
import { type Sending, sendTo } from '@tenantry/example-kit/demo';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Fields, multipart } from '../src/demo/visitor.ts';
import { signSession } from '../src/session.ts';
import { servedApp } from './support/app.ts';

// Whatever Tomás sends, no answer is a fault of the server, and none has a row of Nair Studio in it.

vi.spyOn(console, 'error').mockImplementation(() => {});
const world = await servedApp();
const { seeded, port } = world;
const runs = process.env.TENANTRY_LONG === '1' ? 500 : 40;
const foreign = ['Kenji Watanabe', 'Ananya Rao', 'turmeric', 'Saffron'];
const inside = /node_modules|\bat \S+ \(|Failed query|insert into "|select "/;

const cookie = `session=${signSession(seeded.users.tomas, world.environment.SESSION_SECRET as string)}`;

type Sent = Omit<Sending, 'body'>;

const send = (sent: Sent) => sendTo(port, { ...sent, headers: { cookie, ...sent.headers } });

async function expectNoHarm(sent: Sent): Promise<void> {
  const { status, text } = await send(sent);
  const what = JSON.stringify({ ...sent, raw: sent.raw?.slice(0, 300) });
  expect(status, what).toBeLessThan(500);
  expect(text, what).not.toMatch(inside);
  for (const each of foreign) expect(text, what).not.toContain(each);
}

const ids = [...Object.values(seeded.ids.nair.clients), ...Object.values(seeded.ids.nair.projects)];
const odd = fc.oneof(
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    '-1',
    '0',
    '9'.repeat(40),
    'null',
    '\0',
    "' or 1=1 --",
  ),
  fc.constantFrom(
    '<img src=x onerror=alert(1)>',
    '{"a":1}',
    '٣',
    '🙂'.repeat(300),
    'x'.repeat(20_000),
  ),
  fc.constantFrom(...ids),
  fc.string({ unit: 'binary', maxLength: 40 }).filter(isStorableText),
);

test('any address', async () => {
  const pages = ['clients', 'projects', 'tasks', 'invoices', 'invoices/new', 'transactions'];
  pages.push('content', 'assets', 'vault', 'plan', '');
  const tenants = fc.oneof(fc.constantFrom('oliveira-web', 'nair-studio'), odd);
  const paths = fc
    .tuple(tenants, fc.constantFrom(...pages), odd, fc.string({ unit: 'grapheme-ascii' }))
    .map(
      ([business, page, id, query]) =>
        `/${encodeURIComponent(business.slice(0, 2000))}/${page}/${encodeURIComponent(id.slice(0, 2000))}?page=${encodeURIComponent(query)}&page=1e9`,
    );
  const methods = fc.constantFrom(
    'GET',
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
  );
  const headers = fc.constantFrom<Readonly<Record<string, string | string[]>>>(
    {},
    { 'next-action': 'f'.repeat(42) },
    { rsc: '1' },
    { 'x-forwarded-host': 'evil.example' },
    { cookie: [cookie, 'session=x'] },
  );
  const check = fc.asyncProperty(methods, paths, headers, (method, path, more) =>
    expectNoHarm({ method, path, headers: more }),
  );
  await fc.assert(check, { numRuns: runs });
  for (const path of ['/%', '/%ff/clients', '/..%2f..%2fetc/passwd', `/${'a/'.repeat(2000)}`])
    await expectNoHarm({ method: 'GET', path });
});

const forms = {
  '/oliveira-web/clients': ['Add client', 'name', 'company', 'email', 'status', 'notes'],
  '/oliveira-web/projects': ['Add project', 'name', 'clientId', 'type', 'deadline', 'budget'],
  '/oliveira-web/tasks': ['Add task', 'title', 'category', 'isToday'],
  '/oliveira-web/transactions': ['Add transaction', 'kind', 'amount', 'currency', 'happenedOn'],
  '/oliveira-web/content': ['Add content', 'title', 'type', 'status', 'scheduledFor', 'clientId'],
  '/oliveira-web/assets': ['Add domain', 'kind', 'name', 'registrar', 'expiryDate', 'hostingId'],
  '/oliveira-web/plan': ['Order pro', 'plan'],
  '/oliveira-web/vault': ['Keep it', 'name', 'secret', 'category', 'clientId', 'url'],
  '/oliveira-web/invoices/new': [
    'Create invoice',
    'clientId',
    'currency',
    'taxRate',
    'description',
    'quantity',
    'rate',
  ],
} as const;

test.each(Object.entries(forms))('any form of %s', async (path, [button, ...names]) => {
  const tomas = world.as('tomas');
  const page = await tomas.get(path);
  const fields = fc.dictionary(
    fc.oneof(fc.constantFrom(...names, 'business', '__proto__', 'id', 'businessId'), odd),
    fc.oneof(odd, fc.array(odd, { maxLength: 3 })),
    { maxKeys: 8 },
  );
  const check = fc.asyncProperty(fields, async (given) => {
    const sent = { ...tomas.fieldsOf(page, button), ...given } as Fields;
    const { text, headers } = multipart(sent);
    await expectNoHarm({ method: 'POST', path, headers, raw: text });
  });
  await fc.assert(check, { numRuns: Math.ceil(runs / 3) });
});

test('a body of two megabytes', async () => {
  const path = '/oliveira-web/clients';
  const tomas = world.as('tomas');
  const fields = tomas.fieldsOf(await tomas.get(path), 'Add client');
  const { text, headers } = multipart({ ...fields, name: 'x'.repeat(2_000_000) });
  await expectNoHarm({ method: 'POST', path, headers, raw: text });
});

test('a body that is no form, which Next answers with 500, tells nothing', async () => {
  const path = '/oliveira-web/clients';
  const { headers } = multipart({});
  for (const raw of ['{', '[]', '\0', '--a-boundary-of-the-visitor\r\ncontent-disp']) {
    const { text } = await send({ method: 'POST', path, headers, raw });
    expect(text).not.toMatch(inside);
    for (const each of foreign) expect(text).not.toContain(each);
  }
  expect((await send({ method: 'GET', path })).status).toBe(200);
});
