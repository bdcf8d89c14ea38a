import { expect, it } from 'vitest';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const send = asAda(stage);
const id = '00000000-0000-4000-8000-000000000001';

/** Texts that PostgreSQL cannot store, that are no ids, or that are longer than anything. */
const texts = [
  'a\0b',
  '\ud800',
  'Sales',
  '1st',
  '',
  ' ',
  'cus_123',
  'x'.repeat(3000),
  '__proto__',
  '%00',
  "'; --",
];
const times = [
  '999999-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-01T00:00:00+99:00',
  '0000-00-00',
  'now',
];

const inPath = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));

const requests: [what: Parameters<typeof send>[0], body?: unknown][] = [
  ...texts.flatMap((text): [Parameters<typeof send>[0], unknown?][] => [
    ['POST /api/projects', { name: text }],
    ['POST /api/projects', { name: 'fine', description: text }],
    ['PATCH /api/organization', { name: text }],
    [`GET /api/projects/${inPath(text)}`],
    [`GET /api/projects?after=${inPath(text)}`],
    [`GET /api/members?after=${inPath(text)}`],
    [`GET /api/organization/usage/preview/${inPath(text)}`],
    ['POST /api/invitations', { email: text, role: 'member' }],
    ['POST /api/invitations', { email: 'new@b2b.example', role: text }],
    [`POST /api/invitations/${inPath(text)}/resend`],
    [`DELETE /api/invitations/${inPath(text)}`],
    [`PUT /api/roles/${inPath(text)}`, { name: 'A role', permissions: ['projects:read'] }],
    ['PUT /api/roles/guest', { name: text, permissions: ['projects:read'] }],
    ['PUT /api/roles/guest', { name: 'Guest', permissions: [text] }],
    ['PUT /api/roles/guest', { name: 'Guest', parent: text, permissions: [] }],
    [`POST /api/roles/${inPath(text)}/preview`, { name: 'A role', permissions: [] }],
    [`DELETE /api/roles/${inPath(text)}`],
    [`GET /api/permissions/${inPath(text)}`],
    [`GET /api/permissions/projects:read?user=${inPath(text)}`],
    [`POST /api/members/${id}/roles`, { role: text }],
    [`POST /api/members/${inPath(text)}/roles`, { role: 'member' }],
    [`DELETE /api/members/${id}/roles/${inPath(text)}`],
    ['POST /api/members/transfer-ownership', { userId: text }],
    [`GET /account/invitations/${inPath(text)}`],
    ['POST /account/invitations/accept', { token: text }],
    ['POST /account/organizations', { name: text, slug: 'fine' }],
    ['POST /account/organizations', { name: 'fine', slug: text }],
    [`GET /api/audit?action=${inPath(text)}`],
    [`GET /api/audit?resource=${inPath(text)}&id=${inPath(text)}`],
    [`GET /api/audit?after=${inPath(text)}`],
    [`GET /api/audit/${inPath(text)}/proof`],
    ['POST /api/billing/portal', { returnUrl: text }],
    [`DELETE /api/organization?slug=${inPath(text)}`],
  ]),
  ...times.flatMap((time): [Parameters<typeof send>[0], unknown?][] => [
    [`GET /api/audit?from=${inPath(time)}`],
    [`GET /api/audit?to=${inPath(time)}`],
    [`GET /api/audit/export?from=${inPath(time)}`],
    [`POST /api/members/${stage.seeded.users.alan}/roles`, { role: 'viewer', expiresAt: time }],
  ]),
];

it.each(requests)(
  '%s %j is refused or fine, and never a fault of the server',
  async (what, body) => {
    const { status, json } = await send(what, { body });
    expect(status).toBeLessThan(500);
    if (status >= 400)
      expect(json).toMatchObject({ status, code: expect.stringMatching(/^[A-Z_]+$/) });
  },
);

it('takes a page back that it has named, however long its key', async () => {
  const email = `${'a'.repeat(60)}@${'b.'.repeat(120)}example`;
  await stage.ask(
    `with u as (insert into users (email, name) values ($1, 'Long') returning id)
     insert into memberships (organization_id, user_id) select $2, id from u`,
    [email, stage.seeded.organizations.globex],
    stage.seeded.organizations.globex,
  );
  const bob = { as: 'bob', organization: 'globex' } as const;
  const first = await stage.send('GET /api/members?limit=1', bob);
  expect(first.json.next).toBe(email);
  const second = await stage.send(
    `GET /api/members?limit=1&after=${encodeURIComponent(email)}`,
    bob,
  );
  expect(second.status).toBe(200);
});
